//! The ids of findings and changes stay the same when other parts of the program change.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use untrust::plan::build;
use untrust::plan::change::Change;
use untrust::program::Program;
use untrust::scan::{Asked, Scan, Settings, scan};
use untrust::threading::{Reach, Rules, settle};
use untrust::transforms::REGISTRY;
use untrust::transforms::finding::Policy;
use untrust::workspace::{Options, Workspace};

use support::Sandbox;

/// A module whose findings are known by the word `keep` on their line. `@` stands where anything
/// unrelated may stand, with the indentation of it.
const SKELETON: &str = "\
'''Module.'''
import numpy as np
import torch
import yaml
from torch import load
from yaml import FullLoader, load as yload, unsafe_load
@
try:
    from yaml import CLoader as Loader
except ImportError:
    from yaml import Loader
@
a = torch.load(keep_1)
@
b = torch.load(
    keep_2,
)  # nosec B614 - keep_3
@
def f(path):
    @
    c = torch.load(keep_4)
    @
    k = np.load(keep_32, allow_pickle=True), make(keep_33, trust_remote_code=True)
    @
    if path:
        @
        d = load(torch.load(keep_5))  # nosec keep_6
        @
    else:
        @
        e = yload(keep_7, Loader=Loader)
        @
    # nosec keep_8
    @
    return c
    @
@
@decorate(torch.load(keep_9))
def f(path, other=torch.load(keep_10)):  # nosec keep_11
    @
    return [torch.load(keep_12) for _ in path]
    @
@
class Engine(yaml.UnsafeLoader, keep_13):  # nosec keep_14
    @
    @property  # nosec keep_15
    def state(self):
        @
        return torch.load(keep_16), map(torch.load, keep_17), yload(keep_18, Loader=Loader)
        @
    @
    # nosec keep_19
    @
    async def state(self):
        @
        def inner():
            @
            return torch.load(keep_20), yaml.load(keep_21, Loader=yaml.Loader)
            @
            # nosec keep_22
        @
        return lambda: torch.load(keep_23)
        # nosec keep_24
    # nosec keep_25
@
# nosec keep_26
@
def g(): return torch.load(keep_27), make(keep_34, trust_remote_code=True)  # nosec keep_28
@
if a:
    @
    h = torch.load(keep_29)
    @
elif b:
    # nosec keep_30
    @
    h = unsafe_load(keep_31)
    @
@
";

/// What is unrelated to every finding of the skeleton: other scopes, other sinks, no finding.
const UNRELATED: &[&str] = &[
    "",
    "\n",
    "# about what follows",
    "x = 1",
    "x = 1  # so it is",
    "import json",
    "from json import loads",
    "def unrelated(stream):\n    return stream",
    "def unrelated(stream):\n    y = 1  # nosec\n    return torch.load(stream), yaml.load(stream, Loader=yaml.Loader)",
    "def unrelated(stream):\n    # weights_only=False: written by save() in this same run\n    return torch.load(stream, weights_only=False)",
    "def unrelated(stream):\n    return yload(stream, Loader=Loader)",
    "def unrelated(stream, trust_remote_code=True):\n    return np.load(stream, None, True), make(stream, trust_remote_code=True)",
    "@decorate\ndef unrelated(stream):\n    pass\n    # the end",
    "class Unrelated:\n    '''Doc.'''\n    x = torch.load(path)  # nosec\n    # the end",
    "class Unrelated:\n    def load(self):\n        return torch.load(path)\n",
    "yaml.full_load(stream)",
    "s = yaml.unsafe_load_all(stream)",
    "x = '''\n# nosec\ntorch.load(path)\n'''",
    "if x:\n    pass\n    # nothing",
    "with open(x) as stream:\n    x = stream.read()",
    "x = (1,\n  # inside\n  2)",
    "x = lambda: 1; y = 2",
    "for x in y:\n    pass\nelse:\n    pass",
    "x = \\\n    1",
];

/// Comments whose indentation is not that of their place.
const ASTRAY: &[&str] = &["# at the margin", "                        # far to the right"];

/// The skeleton with something at each of its places.
fn module(chosen: &[Vec<usize>]) -> String {
    let mut chosen = chosen.iter().cycle();
    let mut text = String::new();
    for line in SKELETON.split_inclusive('\n') {
        if line.trim() != "@" {
            text.push_str(line);
            continue;
        }
        let indentation = &line[..line.len() - 2];
        for index in chosen.next().into_iter().flatten() {
            if let Some(snippet) = UNRELATED.get(*index) {
                for line in snippet.lines() {
                    text.push_str(indentation);
                    text.push_str(line);
                    text.push('\n');
                }
            } else {
                text.push_str(ASTRAY[index - UNRELATED.len()]);
                text.push('\n');
            }
        }
    }
    text
}

fn choices() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let one = prop::collection::vec(0..UNRELATED.len() + ASTRAY.len(), 0..3);
    prop::collection::vec(one, 1..40)
}

/// The id of each finding of the skeleton and those of its changes, by transform and text.
type Ids = BTreeMap<(&'static str, String, String), (String, Vec<String>)>;

fn ids(files: &[(&str, &str)]) -> Ids {
    let sandbox = Sandbox::new(files);
    let options = Options { root: Some(sandbox.root()), ..Options::default() };
    let workspace = Workspace::open(&[sandbox.root()], options.clone()).unwrap();
    let program = Program::new(&workspace, options);
    let asked =
        Asked { transforms: u64::MAX, tests: false, vendored: false, policy: Policy::default() };
    let settings = Settings {
        transforms: REGISTRY,
        per_file: &|_| asked.clone(),
        prefilter: true,
        review: true,
        own: Vec::new(),
    };
    let mut scan = scan(&workspace, &program, &settings, &|_| {});
    let rules = Rules { parameter: &|_| "trust_data", may_edit: &|_, _| true };
    settle(&mut scan.findings, &scan.modules, &program, Reach::Program, &rules);
    let path = |id| workspace.file(id).relative.as_path();
    let ids = build::ids(&scan.findings, path);
    let changes = build::changes(&scan.findings, &ids, path);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each finding has its own");
    let change_ids: BTreeSet<&str> = changes.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(change_ids.len(), changes.len(), "each change has its own");
    of_skeleton(&workspace, &scan, &ids, &changes)
}

fn of_skeleton(workspace: &Workspace, scan: &Scan, ids: &[String], changes: &[Change]) -> Ids {
    let mut found = Ids::new();
    for (index, finding) in scan.findings.iter().enumerate() {
        let module = &scan.modules[&finding.file];
        let is_it = workspace.file(finding.file).relative.as_os_str() == "pkg/module.py";
        let first = module.lines.span(module.lines.of(finding.range.start));
        let text = module.slice(finding.range);
        if is_it && (module.slice(first).contains("keep") || text.contains("keep")) {
            let own = changes.iter().filter(|change| change.findings.contains(&index));
            let own = own.map(|change| change.id.clone()).collect();
            let key = (finding.transform, module.slice(first).trim().to_owned(), text.to_owned());
            assert_eq!(found.insert(key, (ids[index].clone(), own)), None);
        }
    }
    found
}

#[test]
fn the_skeleton_holds_what_is_to_be_kept() {
    let plain = module(&[Vec::new()]);
    let found = ids(&[("pkg/module.py", &plain)]);
    for number in 1..=34 {
        let word = format!("keep_{number}");
        let named = found.keys().any(|(_, line, text)| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
                || text.contains(&word)
        });
        assert!(named, "{word}");
    }
}

proptest! {
    #[test]
    fn ids_survive_edits_elsewhere(
        before in choices(),
        after in choices(),
        others in prop::sample::subsequence(vec!["a.py", "pkg/a.py", "pkg/module_.py", "z.py"], 0..=4),
        carriage in any::<bool>(),
    ) {
        let (before, after) = (module(&before), module(&after));
        let after = if carriage { after.replace('\n', "\r\n") } else { after };
        let mut files: Vec<(&str, &str)> = others.iter().map(|path| (*path, before.as_str())).collect();
        files.push(("pkg/module.py", &after));
        let (old, new) = (ids(&[("pkg/module.py", &before)]), ids(&files));
        let new: Ids = new
            .into_iter()
            .map(|((transform, line, text), ids)| ((transform, line, text.replace("\r\n", "\n")), ids))
            .collect();
        prop_assert_eq!(old, new, "--- before\n{}\n--- after\n{}", before, after);
    }
}

#[test]
fn a_finding_that_joins_a_change_leaves_its_id() {
    let imports = "try:\n    from yaml import CLoader as Loader\nexcept ImportError:\n    from yaml import Loader\nimport yaml\n";
    let kept = "def g(stream):\n    return yaml.load(stream, Loader=Loader)  # keep\n";
    let more = "def f(stream):\n    return yaml.load(stream, Loader=Loader)\n";
    let alone = ids(&[("pkg/module.py", &format!("{imports}{kept}"))]);
    let joined = ids(&[("pkg/module.py", &format!("{imports}{more}{kept}"))]);
    assert_eq!(alone, joined);
    let (id, changes) = alone.values().next().unwrap();
    assert_eq!(changes.len(), 1);
    assert_ne!(&changes[0], id, "the change is of all of them");
}

#[cfg(unix)]
#[test]
fn names_that_look_alike_do_not_share_ids() {
    let text = "import torch\ntorch.load(keep)\n";
    let alone = ids(&[("pkg/module.py", text)]);
    assert_eq!(ids(&[("pkg\\module.py", text), ("pkg/module.py", text)]), alone);
}
