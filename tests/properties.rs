//! Properties of plans and texts, on generated modules.

#[path = "fuzz/targets/support/program.rs"]
#[allow(unreachable_pub, dead_code, reason = "the fuzz targets use more of it")]
mod program;
mod support;

use proptest::prelude::*;
use untrust::report::diff::{FileDiff, unified};
use untrust::transforms::finding::Remedy;
use untrust::workspace::FileId;
use untrust::workspace::source::{Source, TextEdit};
use untrust::workspace::span::Span;

use program::{Files, Planned};
use support::{Sandbox, apply_patch};

/// What modules are made of. Each is a whole statement; `%` stands for a number of its own.
const STATEMENTS: &[&str] = &[
    "s% = torch.load(path)",
    "s% = torch.load(path, weights_only=False)  # big",
    "s% = torch.load(\n    path,\n    map_location='cpu'  # moved\n)",
    "s% = torch.load(\n    torch.load(inner),  # é\n    weights_only = (False),\n)",
    "s% = load(path,)",
    "s% = T.load(*paths, **options)",
    "s% = list(map(torch.load, paths))",
    "s% = y.load(stream, Loader=FullLoader)",
    "s% = y.load(y.load(stream, FullLoader), Loader=y.Loader)",
    "s% = yload(stream, Loader=Loader)  # nosec B506 - ours",
    "s% = yload(\n    stream,\n    Loader=UnsafeLoader,  # noqa: S506\n)",
    "s% = y.full_load(f'{torch.load(path)}')",
    "s% = y.load(stream, Loader=CLoader)",
    "run%()  # nosec",
    "if s:\n    # nosec\n    t% = torch.load(path); u% = y.load(stream)\nelse:\n    from yaml import UnsafeLoader as U%\n    v% = y.load(stream, Loader=U%)",
    "def f%(load, path):\n    '''Doc.'''\n    return load(path), torch.load(path, weights_only=0)",
    "class C%(FullLoader):\n\tx = [torch.load(p) for p in paths if p]",
    "# weights_only=False is needed for the optimizer states\ns% = torch.load(path, weights_only=False)",
    "s% = torch.load(path, weights_only=False)  # written by save() in this same run",
    "s% = 'torch.load(path)  # nosec'",
    "name% = FullLoader",
    "def g%(stream):\n    from yaml import full_load as fl%, load as l%\n    return l%(stream, Loader=Loader), fl%(stream)",
    "def h%(stream):\n    if stream:\n        from yaml import unsafe_load\n        return unsafe_load(stream)\n    return safe_load(stream)",
    "run%(torch.load, key=torch.load)",
    "s% = torch.load(path, **{'weights_only': False})",
    "r% = requests.get(u, verify=False)  # old",
    "r% = client.get(\n    u,\n    verify = False,\n)",
    "o% = {'verify': False}\nr% = requests.Session().get(u, **o%)",
    "def v%(u, verify=False):\n    requests.head(u, verify=verify)\n    return requests.get(u, verify=verify)",
    "c% = ssl.create_default_context()\nc%.check_hostname = False\nc%.verify_mode = ssl.CERT_NONE  # è",
    "c% = ssl._create_unverified_context(cafile=p)\nc%.minimum_version = ssl.TLSVersion.TLSv1\nc%.maximum_version = ssl.TLSVersion.TLSv1_2",
    "h%.set_missing_host_key_policy(paramiko.AutoAddPolicy())",
    "if insecure:\n    c% = ssl.SSLContext(ssl.PROTOCOL_TLSv1)",
    "with tarfile.open(path) as a%:\n    a%.extractall(path=path)  # all",
    "tarfile.open(\n    path,\n).extractall(\n    path\n)",
    "shutil.unpack_archive(f'{path}.tar.gz', path,)",
    "a%, b% = eval(args.pair_of)",
    "for line in open(path):\n    n% = eval(line.strip())['a']; m% = eval (line)",
    "k% = eval(getattr(args, 'betas_of', '(1, 2)'))  # nosec",
    "p% = pickle.load(path), pk.loads(pk.dumps(path))",
    "try:\n    import cPickle as cp%\nexcept ImportError:\n    import pickle as cp%\nq% = cp%.load(path)",
    "db_password_% = 'Tr0ub4dor-and-%'",
    "api_token_% = (  # ours\n    \"hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456%\")",
    "connect(user, password_%=\"Zx%-correct-horse\", port=1)",
    "secret%(password_%='correct4horse&battery', api_key_%=\n  'b7F2k9Qz-4LmX81sT')",
    "C%.db_password_% = (f\"correct4horse&battery\"  # why\n)",
    "token% = 'hf_NobodyWasEverGiven' 'ThisOneAtAllXyZw'; print(token%, s.hf_token)",
    "def p%(a, password='correct4horse&battery'):\n    return s(a)",
    "while s:\n    v%(m=\n(1))\n    w% = torch.load(path, map_location=\n  # why\n   None)\n    break",
];

const HEADER: &str = "'''Module.'''\nfrom __future__ import annotations\nimport pickle\nimport pickle as pk\nimport shutil\nimport ssl\nimport sys\nimport tarfile\n\nimport paramiko\nimport requests\nimport torch\nimport torch as T\nimport yaml as y\nfrom torch import load\nfrom yaml import CLoader, FullLoader, Loader, UnsafeLoader\nfrom yaml import load as yload\n\n";

fn module_text() -> impl Strategy<Value = String> {
    let statements = prop::collection::vec(0..STATEMENTS.len(), 1..9);
    (statements, 0..4_usize, any::<bool>()).prop_map(|(chosen, ending, last)| {
        let mut text = HEADER.to_owned();
        for (number, index) in chosen.into_iter().enumerate() {
            text.push_str(&STATEMENTS[index].replace('%', &number.to_string()));
            text.push('\n');
        }
        if last {
            text.pop();
        }
        text.replace('\n', ["\n", "\r\n", "\r", "\n"][ending])
    })
}

/// The new bytes with the changes at these places, the old ones if nothing changes.
fn make(planned: &Planned, chosen: &[usize], old: &[u8]) -> Vec<u8> {
    let made = planned.make(|index| chosen.contains(&index));
    assert_eq!(made.dropped, [], "{}", String::from_utf8_lossy(old));
    made.files.into_values().next().map_or_else(|| old.to_vec(), |file| file.bytes)
}

fn plan(bytes: &[u8], prefilter: bool) -> Planned {
    program::plan(&Files::from([("module.py".to_owned(), bytes.to_vec())]), prefilter)
}

fn chosen(count: usize, mask: u64) -> Vec<usize> {
    (0..count).filter(|index| mask >> (index % 64) & 1 == 1).collect()
}

fn parses(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).into_owned();
    ruff_python_parser::parse_module(&text).is_ok()
}

proptest! {

    #[test]
    fn any_subset_of_changes_parses_and_is_its_patch(text in module_text(), mask in any::<u64>()) {
        prop_assert!(parses(text.as_bytes()), "{}", text);
        let planned = plan(text.as_bytes(), true);
        let new = make(&planned, &chosen(planned.changes.len(), mask), text.as_bytes());
        prop_assert!(parses(&new), "{}", String::from_utf8_lossy(&new));
        let path = std::path::Path::new("module.py");
        let patch = unified(&FileDiff { old: text.as_bytes(), new: &new, path });
        let sandbox = Sandbox::new(&[("module.py", &text)]);
        if !patch.is_empty() {
            apply_patch(&sandbox.root(), &patch);
        }
        prop_assert_eq!(sandbox.read("module.py").into_bytes(), new);
    }

    #[test]
    fn two_runs_give_the_bytes_of_one(text in module_text(), a in any::<u64>(), b in any::<u64>()) {
        let planned = plan(text.as_bytes(), true);
        let count = planned.changes.len();
        let first = chosen(count, a);
        let both = chosen(count, a | b);
        let at_once = make(&planned, &both, text.as_bytes());
        let halfway = make(&planned, &first, text.as_bytes());
        let again = plan(&halfway, true);
        // What was left in the first run comes in the same order in the second.
        let rest: Vec<usize> = (0..count).filter(|index| !first.contains(index)).collect();
        prop_assert_eq!(again.changes.len(), rest.len(), "{}", String::from_utf8_lossy(&halfway));
        let second: Vec<usize> =
            (0..rest.len()).filter(|&position| both.contains(&rest[position])).collect();
        let then = make(&again, &second, &halfway);
        prop_assert_eq!(
            String::from_utf8_lossy(&then).into_owned(),
            String::from_utf8_lossy(&at_once).into_owned()
        );
    }

    #[test]
    fn all_changes_leave_nothing_to_do(text in module_text()) {
        let planned = plan(text.as_bytes(), true);
        let all: Vec<usize> = (0..planned.changes.len()).collect();
        let new = make(&planned, &all, text.as_bytes());
        prop_assert_eq!(plan(&new, true).changes.len(), 0, "{}", String::from_utf8_lossy(&new));
    }

    #[test]
    fn the_prefilter_misses_nothing(text in module_text(), cut in any::<prop::sample::Index>()) {
        // Damaged texts too: from any line on.
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let text: String = lines[cut.index(lines.len())..].concat();
        let places = |planned: &Planned| -> Vec<(Span, &str, bool)> {
            let findings = planned.scan.findings.iter();
            findings.map(|f| (f.range, f.transform, matches!(f.remedy, Remedy::Report(_)))).collect()
        };
        prop_assert_eq!(places(&plan(text.as_bytes(), true)), places(&plan(text.as_bytes(), false)));
    }

    #[test]
    fn bytes_outside_an_edit_are_kept(
        cookie in prop::sample::select(vec!["", "# coding: latin-1\n", "# coding: cp1251\n", "# coding: shift_jis\n", "# coding: gbk\n", "\u{feff}"]),
        before in prop::collection::vec(any::<u8>(), 0..60),
        after in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mark = b"\n@MARK@\n";
        let head = [cookie.as_bytes(), &before].concat();
        let bytes = [&head, mark.as_slice(), &after].concat();
        let Ok(source) = Source::python(FileId(0), bytes.clone()) else { return Ok(()) };
        prop_assert_eq!(source.encode(&[]).unwrap(), bytes.clone());
        let Some(at) = source.text.find("@MARK@") else { return Ok(()) };
        let edit = TextEdit { range: Span::new(at, at + 6), text: "new".to_owned() };
        let expected = String::from_utf8_lossy(&bytes).matches("@MARK@").count() == 1;
        if expected && let Ok(new) = source.encode(&[edit]) {
            prop_assert_eq!(new, [&head, b"\nnew\n".as_slice(), &after].concat());
        }
    }
}
