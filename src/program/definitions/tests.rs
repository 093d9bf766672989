mod bindings;

use std::fs;

use super::{DefinitionKind, Meaning};
use crate::program::Program;
use crate::workspace::{FileId, Options, Workspace};

/// A program of these files.
struct Sample {
    _folder: tempfile::TempDir,
    workspace: Workspace,
    options: Options,
}

impl Sample {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (file, text) in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let options = Options { root: Some(root.clone()), ..Options::default() };
        let workspace = Workspace::open(&[root], options.clone()).unwrap();
        Self { _folder: folder, workspace, options }
    }

    fn program(&self) -> Program<'_> {
        Program::new(&self.workspace, self.options.clone())
    }

    fn id(&self, relative: &str) -> FileId {
        let mut files = self.workspace.files.iter();
        files.find(|file| file.relative.to_str() == Some(relative)).unwrap().id
    }

    /// What a meaning consists of: `file:line` of each definition, the files of modules, and `?` if
    /// it is not sure.
    fn told(&self, program: &Program, meaning: &Meaning) -> String {
        let path = |id: FileId| self.workspace.file(id).relative.to_str().unwrap().to_owned();
        let mut told = Vec::new();
        for definition in &meaning.definitions {
            let module = program.module(definition.file).unwrap().module;
            let text = module.slice(definition.span);
            let word = if text.starts_with("async") { "async" } else { &text[..5] };
            let expected = match definition.kind {
                DefinitionKind::Function => ["def", "async"].iter().any(|w| word.starts_with(w)),
                DefinitionKind::Class => word == "class",
            };
            assert!(expected, "{text}");
            let line = module.lines.of(definition.span.start) + 1;
            told.push(format!("{}:{line}", path(definition.file)));
        }
        told.extend(meaning.module.iter().map(|file| format!("module {}", path(*file))));
        if !meaning.is_sure {
            told.push("?".to_owned());
        }
        told.join(" ")
    }

    fn meaning(&self, dotted: &str, from: &str) -> String {
        let program = self.program();
        let meaning = program.meaning(dotted, self.id(from));
        assert_eq!(program.meaning(dotted, self.id(from)), meaning, "it is remembered wrongly");
        self.told(&program, &meaning)
    }

    /// What the last use of a name in a file means.
    fn local(&self, file: &str, name: &str) -> String {
        let program = self.program();
        let id = self.id(file);
        let module = program.module(id).unwrap().module;
        let used = module.names.named(name, module.text()).last().unwrap();
        let meaning = program.local_meaning(&module, id, name, used.scope);
        self.told(&program, &meaning)
    }

    /// What the last attribute of that name in a file means.
    fn attribute(&self, file: &str, name: &str) -> String {
        let program = self.program();
        let id = self.id(file);
        let module = program.module(id).unwrap().module;
        let node = module.attributes_named(name).last().unwrap();
        let resolved = module.names.resolve(node, module.text());
        let meaning = program.meaning(resolved.single().unwrap(), id);
        self.told(&program, &meaning)
    }
}

/// What a name of `m.py` means elsewhere, when that module has this text.
fn in_module(text: &str, name: &str) -> String {
    let sample =
        Sample::new(&[("m.py", text), ("n.py", "def g(): pass\ndef f(): pass\n"), ("u.py", "")]);
    sample.meaning(&format!("m.{name}"), "u.py")
}

#[test]
fn chains_of_reexports_are_followed() {
    let sample = Sample::new(&[
        ("p/__init__.py", "from .q import f\nfrom .q.deep import C as K\n"),
        ("p/q/__init__.py", "from .deep import g as f\n"),
        ("p/q/deep.py", "def g(): pass\nclass C:\n    def m(self): pass\n"),
        (
            "run.py",
            "import p as alias\nfrom p import f as h\nfrom p import K\nh()\nalias.f()\nK.m()\n",
        ),
    ]);
    assert_eq!(sample.meaning("p.f", "run.py"), "p/q/deep.py:1");
    assert_eq!(sample.meaning("p.K.m", "run.py"), "p/q/deep.py:3");
    assert_eq!(sample.local("run.py", "h"), "p/q/deep.py:1");
    assert_eq!(sample.attribute("run.py", "f"), "p/q/deep.py:1");
    assert_eq!(sample.attribute("run.py", "m"), "p/q/deep.py:3");
}

#[test]
fn whole_modules_are_found_by_their_dotted_names() {
    let sample = Sample::new(&[
        ("a/__init__.py", ""),
        ("a/b/__init__.py", ""),
        ("a/b/c.py", "def f(): pass\n"),
        ("alias.py", "import a.b.c as m\nm.f()\n"),
        ("dotted.py", "import a.b.c\na.b.c.f()\n"),
        ("inside.py", "def g():\n    import a.b.c as m\n    return m.f()\n"),
    ]);
    for from in ["alias.py", "dotted.py", "inside.py"] {
        assert_eq!(sample.attribute(from, "f"), "a/b/c.py:1", "{from}");
    }
    assert_eq!(sample.local("alias.py", "m"), "module a/b/c.py");
    assert_eq!(sample.local("dotted.py", "a"), "module a/__init__.py");
    assert_eq!(sample.meaning("a.b", "alias.py"), "module a/b/__init__.py");
    assert_eq!(sample.meaning("a.b.c.nothing", "alias.py"), "?");
    assert_eq!(sample.meaning("a.nothing.f", "alias.py"), "?");
}

#[test]
fn relative_names_begin_in_the_package_of_the_file() {
    let sample = Sample::new(&[
        ("p/__init__.py", "def f(): pass\n"),
        ("p/x.py", "def f(): pass\n"),
        ("p/q/__init__.py", ""),
        ("p/q/x.py", "def f(): pass\nfrom . import y\ny.h()\nfrom .. import f as top\ntop()\n"),
        ("p/q/y.py", "def h(): pass\n"),
    ]);
    assert_eq!(sample.meaning(".x.f", "p/q/y.py"), "p/q/x.py:1");
    assert_eq!(sample.meaning("..x.f", "p/q/__init__.py"), "p/x.py:1");
    assert_eq!(sample.meaning("..f", "p/q/y.py"), "p/__init__.py:1");
    assert_eq!(sample.attribute("p/q/x.py", "h"), "p/q/y.py:1");
    assert_eq!(sample.local("p/q/x.py", "top"), "p/__init__.py:1");
    assert_eq!(sample.meaning(".nothing.f", "p/q/y.py"), "?");
}

#[test]
fn a_package_names_its_modules_and_what_it_takes_from_them() {
    let sample = Sample::new(&[
        ("p/__init__.py", "from .h import *\nfrom .f import f\nfrom . import g\n"),
        ("p/f.py", "def f(): pass\ndef other(): pass\n"),
        ("p/g.py", "def g(): pass\n"),
        ("p/h.py", "from somewhere import *\n"),
        ("p/i.py", ""),
        ("u.py", ""),
    ]);
    assert_eq!(sample.meaning("p.f", "u.py"), "p/f.py:1");
    assert_eq!(sample.meaning("p.f.other", "u.py"), "p/f.py:2");
    assert_eq!(sample.meaning("p.g", "u.py"), "module p/g.py");
    assert_eq!(sample.meaning("p.g.g", "u.py"), "p/g.py:1");
    assert_eq!(sample.meaning("p.g.nothing", "u.py"), "?");
    assert_eq!(sample.meaning("p.i", "u.py"), "module p/i.py");
    let sample = Sample::new(&[("p/__init__.py", "f = make()\n"), ("p/f.py", ""), ("u.py", "")]);
    assert_eq!(sample.meaning("p.f", "u.py"), "?");
}

#[test]
fn stars_bring_what_is_listed_or_else_what_has_no_underscore() {
    let text = "def f(): pass\ndef _f(): pass\ndef g(): pass\n";
    let found = |all: &str, name: &str| {
        let sample = Sample::new(&[
            ("p/__init__.py", "from .m import *\n"),
            ("p/m.py", &format!("{text}{all}\n")),
            ("u.py", ""),
        ]);
        sample.meaning(&format!("p.{name}"), "u.py")
    };
    assert_eq!(found("", "f"), "p/m.py:1");
    assert_eq!(found("", "_f"), "?");
    for all in ["__all__ = ['f', \"_f\"]", "__all__ = (\n    'f',  # first\n    '_f',\n)"] {
        assert_eq!(found(all, "f"), "p/m.py:1", "{all}");
        assert_eq!(found(all, "_f"), "p/m.py:2", "{all}");
        assert_eq!(found(all, "g"), "?", "{all}");
    }
    for all in [
        "__all__ = names()",
        "__all__ = ['f']\n__all__ += x",
        "__all__ = ['f']\n__all__.append('g')",
    ] {
        assert_eq!(found(all, "g"), "p/m.py:3", "{all}");
    }
}

#[test]
fn the_last_star_that_brings_a_name_wins() {
    let sample = Sample::new(&[
        ("a.py", "def f(): pass\ndef only(): pass\n"),
        ("b.py", "def f(): pass\n"),
        ("both.py", "from a import *\nfrom b import *\nf()\nonly()\n"),
        ("early.py", "from torch import *\nfrom a import *\nf()\nprint()\n"),
        ("late.py", "from a import *\nfrom torch import *\nf()\n"),
        ("own.py", "from b import f\nfrom a import *\nf()\n"),
        ("again.py", "from b import f\nfrom b import *\nf()\n"),
        ("maybe.py", "from b import f\nfrom torch import *\nf()\n"),
        ("within.py", "from a import *\ndef g():\n    return only()\n"),
    ]);
    assert_eq!(sample.local("both.py", "f"), "b.py:1");
    assert_eq!(sample.local("both.py", "only"), "a.py:2");
    assert_eq!(sample.local("early.py", "f"), "a.py:1");
    assert_eq!(sample.local("early.py", "print"), "?");
    assert_eq!(sample.local("late.py", "f"), "a.py:1 ?");
    assert_eq!(sample.local("own.py", "f"), "a.py:1 b.py:1 ?");
    assert_eq!(sample.local("again.py", "f"), "b.py:1");
    assert_eq!(sample.local("maybe.py", "f"), "b.py:1 ?");
    assert_eq!(sample.local("within.py", "only"), "a.py:2");
}

#[test]
fn packages_below_src_and_folders_without_an_init_are_found() {
    let sample = Sample::new(&[
        ("src/p/__init__.py", "from p.core import f\n"),
        ("src/p/core.py", "def f(): pass\n"),
        ("ns/q/m.py", "def g(): pass\n"),
        ("tests/test_p.py", "from p import f\nfrom ns.q import m\nf()\nm.g()\nimport ns\n"),
    ]);
    assert_eq!(sample.local("tests/test_p.py", "f"), "src/p/core.py:1");
    assert_eq!(sample.attribute("tests/test_p.py", "g"), "ns/q/m.py:1");
    assert_eq!(sample.meaning("ns.q.m.g", "src/p/core.py"), "ns/q/m.py:1");
    assert_eq!(sample.meaning("ns.q", "tests/test_p.py"), "");
}

#[test]
fn scripts_of_two_folders_have_neighbours_of_one_name() {
    let sample = Sample::new(&[
        ("one/utils.py", "def f(): pass\n"),
        ("one/run.py", "from utils import f\nf()\n"),
        ("two/utils.py", "\ndef f(): pass\n"),
        ("two/run.py", "from utils import f\nf()\n"),
        ("three/run.py", "from utils import f\nf()\n"),
    ]);
    assert_eq!(sample.local("one/run.py", "f"), "one/utils.py:1");
    assert_eq!(sample.local("two/run.py", "f"), "two/utils.py:2");
    assert_eq!(sample.local("three/run.py", "f"), "");
}

#[test]
fn a_neighbour_in_a_package_is_meant_unless_one_above_may_be() {
    let mut files = vec![
        ("p/__init__.py", ""),
        ("p/helper.py", "def f(): pass\n"),
        ("p/run.py", "from helper import f\nf()\n"),
    ];
    assert_eq!(Sample::new(&files).local("p/run.py", "f"), "p/helper.py:1");
    files.push(("helper.py", "def f(): pass\n"));
    assert_eq!(Sample::new(&files).local("p/run.py", "f"), "helper.py:1 p/helper.py:1 ?");
}

#[test]
fn a_module_that_shares_a_foreign_name_answers_only_for_what_it_binds() {
    let sample = Sample::new(&[
        ("p/__init__.py", ""),
        ("p/datasets/__init__.py", "def mine(): pass\n"),
        ("p/datasets/a.py", ""),
        ("p/models/__init__.py", ""),
        ("p/models/a.py", ""),
        ("p/tasks/__init__.py", ""),
        ("p/tasks/b.py", "def mine(): pass\n"),
        ("q/__init__.py", ""),
        ("q/datasets.py", "def load_dataset(): pass\n"),
    ]);
    assert_eq!(sample.meaning("datasets.load_dataset", "p/models/a.py"), "");
    assert_eq!(sample.meaning("datasets.mine", "p/models/a.py"), "p/datasets/__init__.py:1 ?");
    assert_eq!(sample.meaning("datasets.mine", "p/datasets/a.py"), "");
    assert_eq!(sample.meaning("tasks.b.mine", "p/models/a.py"), "p/tasks/b.py:1");
    assert_eq!(sample.meaning("tasks.b.mine", "p/tasks/__init__.py"), "p/tasks/b.py:1");
    assert_eq!(sample.meaning("datasets.load_dataset", "q/datasets.py"), "");
    assert_eq!(sample.meaning("datasets.load_dataset", "q/__init__.py"), "q/datasets.py:1");
}

#[test]
fn loops_of_imports_end() {
    let sample = Sample::new(&[
        ("a.py", "from b import f\nfrom b import *\n"),
        ("b.py", "from a import f\nfrom a import *\nfrom c import *\n"),
        ("c.py", "from b import *\ndef g(): pass\n"),
        ("s.py", "from s import f\n"),
        ("u.py", ""),
    ]);
    assert_eq!(sample.meaning("a.f", "u.py"), "?");
    assert_eq!(sample.meaning("a.g", "u.py"), "c.py:2");
    assert_eq!(sample.meaning("b.nothing", "u.py"), "?");
    assert_eq!(sample.meaning("s.f", "u.py"), "");
}

#[test]
fn a_name_that_leads_back_to_itself_adds_nothing() {
    let own = "def f(): pass\nif __name__ == '__main__':\n    from m import f\n    import m\n";
    assert_eq!(in_module(own, "f"), "m.py:1 ?", "a script that imports itself means another m");
    let sample = Sample::new(&[
        ("p/__init__.py", "from .a import f\nfrom .b import *\n"),
        ("p/a.py", "def f(): pass\nif __name__ == '__main__':\n    from p.a import f\n"),
        ("p/b.py", "from p import f\nfrom p import g\n"),
        ("u.py", ""),
    ]);
    assert_eq!(sample.meaning("p.f", "u.py"), "p/a.py:1");
    assert_eq!(sample.meaning("p.a.f", "u.py"), "p/a.py:1");
    assert_eq!(sample.meaning("p.b.f", "u.py"), "p/a.py:1");
    assert_eq!(sample.meaning("p.b.g", "u.py"), "?");
}

#[test]
fn expressions_mean_what_their_names_lead_to() {
    let sample = Sample::new(&[
        ("n.py", "import o\ndef g(): pass\n"),
        ("o.py", "def h(): pass\n"),
        (
            "m.py",
            "from n import *\nclass K:\n    def m(self): pass\nK.m()\no.h()\n(o).h()\nx().y()\n",
        ),
    ]);
    let program = sample.program();
    let id = sample.id("m.py");
    let module = program.module(id).unwrap().module;
    let callees = module.of_kind("call").map(|call| call.child_by_field_name("function").unwrap());
    let told = callees.map(|callee| {
        let meaning = program.expression_meaning(&module, id, callee);
        meaning.map(|meaning| sample.told(&program, &meaning))
    });
    let expected = [Some("m.py:3"), Some("o.py:1"), Some("o.py:1"), None, Some("")];
    assert_eq!(told.collect::<Vec<_>>(), expected.map(|told| told.map(str::to_owned)));
}

#[test]
fn what_is_outside_the_program_is_nothing_of_it() {
    let sample = Sample::new(&[
        ("p/__init__.py", "from torch import load\nimport torch\n"),
        ("u.py", "import torch\ndef g(h): return h()\ntorch.nn.load()\nprint()\n"),
    ]);
    assert_eq!(sample.attribute("u.py", "load"), "");
    assert_eq!(sample.meaning("p.load", "u.py"), "");
    assert_eq!(sample.meaning("p.torch.load", "u.py"), "");
    assert_eq!(sample.local("u.py", "print"), "");
    assert_eq!(sample.local("u.py", "h"), "?");
}

#[test]
fn names_mean_what_their_scope_binds() {
    let text = "from n import f\nclass K:\n    def m(self):\n        def f(): pass\n        return f()\n    def h(self): return h\ndef h(): pass\n";
    let sample = Sample::new(&[("m.py", text), ("n.py", "def f(): pass\n")]);
    assert_eq!(sample.local("m.py", "f"), "m.py:4");
    assert_eq!(sample.local("m.py", "h"), "m.py:7");
    let program = sample.program();
    let id = sample.id("m.py");
    let module = program.module(id).unwrap().module;
    let meaning = program.local_meaning(&module, id, "f", 0);
    assert_eq!(sample.told(&program, &meaning), "n.py:1");
}

#[test]
fn a_file_that_is_not_there_knows_nothing() {
    let sample = Sample::new(&[("m.py", "def f(): pass\n")]);
    assert_eq!(sample.program().meaning("m.f", FileId(9)), Meaning::default());
}
