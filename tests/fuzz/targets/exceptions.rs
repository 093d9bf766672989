//! Comments around unsafe calls: what they excuse, and what becomes of them.

use untrust::python::comment::content;
use untrust::transforms::finding::{ExceptionKind, Remedy};
use untrust::workspace::span::Span;

use super::support::program::{Files, Planned, plan};
use super::support::{Choices, python};

/// Modules with unsafe calls; `@` is where comments go, each on a line of its own or at the end of
/// one.
const MODULES: [&str; 6] = [
    "import torch\n@\ns = torch.load(path, weights_only=False)  @\n@\nt = 1\n",
    "import yaml\n\n\ndef f(stream):\n    @\n    return yaml.load(  @\n        stream,  @\n        Loader=yaml.Loader,  @\n    )  @\n",
    "import numpy as np\nif x:\n    @\n    @\n    y = np.load(path, allow_pickle=True)  @\nelse:\n    pass  @\n",
    "from transformers import AutoModel\nm = AutoModel.from_pretrained(  @\n    @\n    name, trust_remote_code=True  @\n)  @\n",
    "import subprocess\n@\nsubprocess.run(x, shell=True)  @\nclass C:\n    @\n    pass  @\n",
    "import torch\n@\n\nx = [torch.load(p) for p in q]; y = torch.load(z)  @\n",
];

/// The first byte chooses a module, each following line is a comment in it.
pub fn target(data: &[u8]) {
    let mut choices = Choices::new(data);
    let module = MODULES[usize::from(choices.byte()) % MODULES.len()];
    let rest = String::from_utf8_lossy(choices.rest);
    let mut lines = rest.split(['\n', '\r']);
    let mut text = String::new();
    for part in module.split_inclusive('@') {
        text.push_str(part.trim_end_matches('@'));
        if let (true, Some(line)) = (part.ends_with('@'), lines.next().filter(|l| !l.is_empty())) {
            text.push('#');
            text.push_str(line);
        }
    }
    if python::sane(text.as_bytes()).is_none() {
        return;
    }
    let planned = plan(&files(&text), true);
    let all = planned.make(|_| true);
    let made = planned.after(&files(&text), &all).remove("module.py").unwrap();
    let made = String::from_utf8(made).unwrap();
    let excused = documented(&planned);
    for span in &excused {
        is_kept(&text, *span, &made);
    }
    if !excused.is_empty() {
        comes_back(&text, &excused);
    }
    no_half_comments(&text, &made);
}

fn files(text: &str) -> Files {
    Files::from([("module.py".to_owned(), text.as_bytes().to_vec())])
}

/// The calls that a comment excuses.
fn documented(planned: &Planned) -> Vec<Span> {
    let findings = planned.scan.findings.iter();
    let excused = findings.filter(|finding| {
        matches!(&finding.remedy, Remedy::Exception(e) if e.kind == ExceptionKind::Documented)
    });
    excused.map(|finding| finding.range).collect()
}

/// What is excused stays as it is written, but for markers of linters in it.
fn is_kept(text: &str, span: Span, made: &str) {
    let tokens = |text: &str| python::tokens(text).concat();
    let call = tokens(&text[span.range()]);
    assert!(tokens(made).contains(&call), "an excused call was rewritten:\n{text}\n---\n{made}");
}

/// Without its comments the module's excused calls are findings.
fn comes_back(text: &str, excused: &[Span]) {
    let mut bare = text.to_owned();
    let module = python::sane(text.as_bytes()).expect("it was before");
    for comment in module.comments.iter().rev() {
        bare.replace_range(comment.span.range(), "");
    }
    let again = plan(&files(&bare), true);
    assert!(documented(&again).is_empty(), "excused by no comment:\n{bare}");
    let open = again.scan.findings.iter().filter(|f| !matches!(f.remedy, Remedy::Exception(_)));
    assert!(open.count() >= excused.len(), "nothing is found without the comments:\n{text}");
}

/// A comment that is left says what it said before, in its order, and is not left empty.
fn no_half_comments(text: &str, made: &str) {
    let before = python::comments(text);
    for comment in python::comments(made) {
        if before.contains(&comment) {
            continue;
        }
        let said = |comment: &str| -> Vec<char> {
            content(comment).chars().filter(|c| !c.is_whitespace()).collect()
        };
        let left = said(comment);
        assert!(!left.is_empty(), "an empty comment is left:\n{text}\n---\n{made}");
        let is_part = |old: &&str| python::is_left_of(&left, &said(old));
        assert!(before.iter().any(is_part), "a new comment {comment}:\n{text}");
    }
}
