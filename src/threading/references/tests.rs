use std::collections::BTreeMap;
use std::fs;

use super::References;
use crate::program::Program;
use crate::python::tree;
use crate::threading::modules::Modules;
use crate::workspace::{Options, Workspace};

/// What is done with `load`, a function of `models.py` unless the files hold another one: handed to
/// what may call it with anything, handed to what is known, or neither.
fn fate(files: &[(&str, &str)]) -> &'static str {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::write(root.join("models.py"), "def load(name):\n    return name\n").unwrap();
    for (file, text) in files {
        fs::write(root.join(file), text).unwrap();
    }
    let options = Options { root: Some(root.clone()), ..Options::default() };
    let workspace = Workspace::open(&[root], options.clone()).unwrap();
    let program = Program::new(&workspace, options);
    let file = workspace.files.iter().find(|file| file.relative.ends_with("models.py")).unwrap().id;
    let modules = Modules::new(&program, &BTreeMap::new());
    let function = modules.get(file).unwrap().functions_named("load").next().unwrap();
    let mut references = References::default();
    references.add(&[(file, function)], &modules, &program);
    let key = (file, tree::span(function));
    match (references.escape(key), references.known(key)) {
        (Some(_), _) => "open to anybody",
        (None, Some(_)) => "known",
        (None, None) => "called",
    }
}

const JSON: &str = "import json, sys\nimport reg\nreg.T['x'](**json.load(sys.stdin))\n";

#[test]
fn a_table_is_followed_into_every_file() {
    let table = ("reg.py", "from models import load\nT = {'x': load}\n");
    let plain = ("use.py", "from reg import T as K\nK['x']('a')\n");
    assert_eq!(fate(&[table, plain]), "known");
    assert_eq!(fate(&[table, ("use.py", "import reg\nf = reg.T.get('x')\nf('a')\n")]), "known");
    assert_eq!(fate(&[table]), "open to anybody", "nobody is seen to read it");
    for other in [
        JSON,
        "import reg\nt = reg.T\nt['x'](**o)\n",
        "from reg import *\nT['x'](*o)\n",
        "from reg import T\nserve(T)\n",
        "from reg import T\nfor n, f in T.items():\n    app.add_api_route(n, f)\n",
        "from reg import T\napp.tools = T\n",
        "from reg import T\nU = {**T}\n",
        "from reg import T\ndef get():\n    return T\n",
        "from reg import T\nasync def f(m=Depends(T['x'])): pass\n",
    ] {
        assert_eq!(fate(&[table, plain, ("web.py", other)]), "open to anybody", "{other}");
    }
    let on = ("hands.py", "from reg import T as H\n");
    let end = ("web.py", "import hands\nhands.H['x'](**o)\n");
    assert_eq!(fate(&[table, plain, on, end]), "open to anybody");
}

#[test]
fn a_table_of_another_file_is_known_by_every_name() {
    let plain = "from models import load\nT['x'] = load\nT['x']('a')\n";
    let reg = ("reg.py", "T = {}\ndef table():\n    return T\n");
    let put = |head: &str| format!("{head}\n{plain}");
    let import = put("from reg import T");
    assert_eq!(fate(&[("reg.py", "T = {}\n"), ("use.py", &import)]), "known");
    assert_eq!(
        fate(&[("reg.py", "T = {}\n"), ("use.py", &import), ("web.py", JSON)]),
        "open to anybody"
    );
    for head in ["from reg import *", "import reg\nT = reg.T", "from reg import table\nT = table()"]
    {
        assert_eq!(
            fate(&[reg, ("use.py", &put(head)), ("web.py", JSON)]),
            "open to anybody",
            "{head}"
        );
    }
    assert_eq!(fate(&[("use.py", &put("from flask import T"))]), "open to anybody");
}

#[test]
fn what_a_function_does_with_its_parameter_counts() {
    let used = |call: &str, body: &str| {
        let using = format!("from reg import go\nfrom models import load\n{call}\n");
        let reg = format!(
            "import functools\nfrom server import app, request\nT = {{}}\nL = []\n{body}\n"
        );
        fate(&[("reg.py", &reg), ("use.py", &using)])
    };
    for (call, body) in [
        ("go(load, 'a')", "def go(f, n):\n    return f(n)"),
        ("go(f=load, n='a')", "def go(n, *, f=None):\n    return f(n) if f else n"),
        ("go(load, name='a')", "def go(f, **k):\n    return f(**k)"),
        ("go(load)", "def go(f):\n    return inner(g=f)\ndef inner(g):\n    return g('a')"),
        (
            "go(load)('a')",
            "def go(f):\n    def w(*a, **k):\n        return f(*a, **k)\n    return w",
        ),
        ("go(load)", "def go(f):\n    T['x'] = f\ndef use():\n    return T['x']('a')"),
        (
            "go(load)",
            "class go:\n    def __init__(self, f):\n        self.act = f\n    def use(self):\n        self.act(1)",
        ),
        ("go(load)", "def go(f):\n    go(f)"),
    ] {
        assert_eq!(used(call, body), "known", "{call} {body}");
    }
    for (call, body) in [
        ("go(load)", "def go(f):\n    app.add(f)"),
        ("go(load)", "def go(f):\n    inner(f)\ndef inner(f):\n    app.add(f)"),
        ("go(load, o)", "def go(f, o):\n    f(**o)"),
        ("go(load, *o)", "def go(f, *a):\n    f(*a)\n    app.add(f)"),
        ("go(load)", "def go(f, **k):\n    k.update(request.json)\n    f(**k)"),
        ("go(load)", "def go(f):\n    L.append(f)"),
        ("go(load)", "def go(f):\n    globals()['x'] = f"),
        ("go(load)", "def go(f):\n    @app.get('/')\n    def w(**k):\n        return f(**k)"),
        ("go(load)", "def go(f):\n    app.add(lambda **k: f(**k))"),
        (
            "app.add(go(load))",
            "def go(f):\n    @functools.wraps(f)\n    def w(n):\n        return f(n)\n    return w",
        ),
        (
            "app.add(go(load))",
            "def go(f):\n    def w(*a, **k):\n        return f(*a, **k)\n    return w",
        ),
        ("go(load)", "@app.hook\ndef go(f):\n    f(1)"),
        ("go(load)", "@functools.singledispatch\ndef go(f):\n    f(1)"),
        ("go(load)", "def go(*f):\n    f[0](1)"),
        ("go(**{'f': load})", "def go(f):\n    f(1)"),
        (
            "go(load)",
            "class go(app.Base):\n    def __init__(self, f):\n        self.act = f\n    def use(self):\n        self.act(1)",
        ),
        (
            "go(load)",
            "class go:\n    def __init__(self, f):\n        self.act = f\n    def use(self, o):\n        self.act(**o)",
        ),
        (
            "go(load)",
            "class go:\n    def __new__(cls, f):\n        app.add(f)\n    def __init__(self, f):\n        f(1)",
        ),
        ("go(load)", "if app:\n    from server import go\nelse:\n    def go(f):\n        f(1)"),
    ] {
        assert_eq!(used(call, body), "open to anybody", "{call} {body}");
    }
}

#[test]
fn a_partial_is_a_call_where_nobody_unknown_receives_it() {
    let head = "from functools import partial\nfrom models import load\n";
    let used = |rest: &str, other: &str| {
        fate(&[("use.py", &format!("{head}{rest}\n")), ("other.py", other)])
    };
    for rest in [
        "p = partial(load, 'a')\np()",
        "list(map(partial(load), names))",
        "def make():\n    return partial(load, 'a')",
        "class C:\n    def __init__(self):\n        self.p = partial(load)\n    def go(self):\n        self.p('a')",
        "def run(f):\n    return f('a')\nrun(partial(load))",
    ] {
        assert_eq!(used(rest, ""), "called", "{rest}");
    }
    for (rest, other) in [
        ("app.add(partial(load, 'a'))", ""),
        ("p = partial(load)", "import use\napp.add(use.p)\n"),
        ("def make():\n    return partial(load)", "from use import make as m\napp.add(m())\n"),
        ("@property\ndef make():\n    return partial(load)", ""),
        ("T = {'x': partial(load)}\nT['x']('a')", "from use import T\napp.add(T['x'])\n"),
        (
            "class C:\n    def __init__(self):\n        self.p = partial(load)",
            "def f(c):\n    app.add(c.p)\n",
        ),
        ("app.add(partial(run, load))\ndef run(f, **k):\n    return f(**k)", ""),
    ] {
        assert_eq!(used(rest, other), "open to anybody", "{rest} {other}");
    }
}

#[test]
fn the_callers_of_a_function_that_returns_it_count() {
    let reg = ("reg.py", "from models import load\ndef pick():\n    return load\n");
    assert_eq!(fate(&[reg]), "open to anybody");
    let plain = ("use.py", "from reg import pick\nf = pick()\nf('a')\n");
    assert_eq!(fate(&[reg, plain]), "known");
    for other in ["import reg\napp.add(reg.pick())\n", "from reg import pick\napp.add(pick)\n"] {
        assert_eq!(fate(&[reg, plain, ("web.py", other)]), "open to anybody", "{other}");
    }
}

#[test]
fn what_a_known_receiver_is_handed_beside_it_counts() {
    let web = |rest: &str| {
        fate(&[(
            "web.py",
            &format!(
                "import threading\nfrom flask import request\nfrom models import load\n{rest}\n"
            ),
        )])
    };
    assert_eq!(web("threading.Thread(target=load, args=(1,)).start()"), "known");
    assert_eq!(
        web("threading.Thread(target=load, kwargs=request.json).start()"),
        "open to anybody"
    );
    assert_eq!(web("pool.submit(load, **request.json)"), "open to anybody");
}

#[test]
fn methods_of_one_name_in_other_trees_are_others() {
    let own = "class A:\n    def load(self):\n        return 1\n    def go(self):\n        return self.load()\n";
    let mapped = "class B:\n    def go(self):\n        return map(self.load, [])\n";
    assert_eq!(fate(&[("models.py", own), ("b.py", mapped)]), "called");
    let both = "from models import A\nfrom b import B\nclass C(A, B):\n    pass\n";
    assert_eq!(fate(&[("models.py", own), ("b.py", mapped), ("c.py", both)]), "known");
}
