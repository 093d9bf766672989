use std::fs;

use crate::program::Program;
use crate::threading::decorator::{Effect, effect};
use crate::threading::look::Work;
use crate::threading::place::decorators;
use crate::workspace::{Options, Workspace};

/// The effect of a decorator that stands in another file, written as `written` where it is used.
fn effect_of(definition: &str, written: &str) -> Effect {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let user = format!("from around import decorate\n\n@{written}\ndef load(name):\n    pass\n");
    fs::write(root.join("around.py"), definition).unwrap();
    fs::write(root.join("user.py"), user).unwrap();
    let options = Options { root: Some(root.clone()), ..Options::default() };
    let workspace = Workspace::open(&[root], options.clone()).unwrap();
    let program = Program::new(&workspace, options);
    let file = workspace.files.iter().find(|file| file.relative.ends_with("user.py")).unwrap().id;
    let module = program.module(file).unwrap().module;
    let function = module.functions_named("load").next().unwrap();
    let decorator = decorators(&module, function)[0];
    effect(&program, &Work::default(), &module, decorator)
}

const HEAD: &str = "import functools\nfrom server import app\nfrom flask import request\n\n";

fn plain(wrapper: &str, rest: &str) -> Effect {
    let wrapper = wrapper.replace('\n', "\n    ");
    effect_of(&format!("{HEAD}def decorate(f):\n    {wrapper}\n    {rest}\n"), "decorate")
}

#[test]
fn a_wrapper_that_hands_its_keywords_on_keeps_the_parameters() {
    let wrapper = "def w(*a, **k):\n    print(f.__name__, k.get('x'))\n    return f(*a, **k)";
    assert_eq!(plain(wrapper, "return w"), Effect::Kept);
    assert_eq!(plain(wrapper, "return functools.wraps(f)(w)"), Effect::Kept);
    assert_eq!(plain(wrapper, "return functools.update_wrapper(w, f)"), Effect::Kept);
    assert_eq!(plain(&format!("@functools.wraps(f)\n{wrapper}"), "return w"), Effect::Kept);
    assert_eq!(
        plain("async def w(*a, **k):\n    return await f(*a, **k)", "return w"),
        Effect::Kept
    );
    assert_eq!(plain("print(f)", "return f"), Effect::Kept);
}

#[test]
fn one_with_a_fixed_signature_cuts() {
    assert_eq!(plain("def w(name):\n    return f(name)", "return w"), Effect::Cut);
    assert_eq!(plain("def w(*a):\n    return f(*a)", "return w"), Effect::Cut);
    assert_eq!(plain("def w(*a, **k):\n    return f(*a)", "return w"), Effect::Cut);
    let both = "def w(*a, **k):\n    if a:\n        return f(*a)\n    return f(**k)";
    assert_eq!(plain(both, "return w"), Effect::Cut);
}

#[test]
fn nothing_is_known_of_one_that_does_more() {
    let wrapper = "def w(*a, **k):\n    return f(*a, **k)";
    for rest in [
        "app.add(w)\n    return w",
        "w.exposed = True\n    return w",
        "app.add(f)\n    return w",
        "return app.tool(w)",
        "return other(w)",
        "return w if f else app.tool(w)",
        "pass",
    ] {
        assert_eq!(plain(wrapper, rest), Effect::Unknown, "{rest}");
    }
    for wrapper in [
        "@app.post('/')\ndef w(*a, **k):\n    return f(*a, **k)",
        "def w(*a, **k):\n    return f(**request.json)",
        "def w(*a, **k):\n    k.update(request.json)\n    return f(**k)",
        "def w(*a, **k):\n    k = request.json\n    return f(**k)",
        "def w(*a, **k):\n    for n in a:\n        k[n] = 1\n    return f(**k)",
        "def w(*a, **k):\n    k |= request.json\n    return f(**k)",
        "def w(options):\n    return f(**options)",
        "w = lambda **k: f(**k)",
        "class w:\n    def __call__(self, **k):\n        return f(**k)",
        "f = app.tool(f)\ndef w(*a, **k):\n    return f(*a, **k)",
    ] {
        assert_eq!(plain(wrapper, "return w"), Effect::Unknown, "{wrapper}");
    }
}

#[test]
fn a_call_that_makes_a_decorator_is_followed() {
    let inner = "    def inner(f):\n        def w(*a, **k):\n            return f(*a, **k)\n        return w\n";
    let made = |head: &str, end: &str| {
        effect_of(
            &format!("{HEAD}{head}def decorate(n):\n{inner}    return {end}\n"),
            "decorate(3)",
        )
    };
    assert_eq!(made("", "inner"), Effect::Kept);
    assert_eq!(made("", "app.get(n)"), Effect::Unknown);
    assert_eq!(made("@app.cached\n", "inner"), Effect::Unknown);
    let manager = "import contextlib\n@contextlib.contextmanager\ndef decorate(n):\n    yield\n";
    assert_eq!(effect_of(manager, "decorate(3)"), Effect::Kept);
    assert_eq!(effect_of(manager, "decorate"), Effect::Unknown);
}

#[test]
fn what_may_be_another_function_is_not_known() {
    let either = "try:\n    from server import decorate\nexcept ImportError:\n    def decorate(f):\n        return f\n";
    assert_eq!(effect_of(either, "decorate"), Effect::Unknown);
    assert_eq!(effect_of("from server import decorate\n", "decorate"), Effect::Unknown);
    let class = "class decorate:\n    def __init__(self, f):\n        self.f = f\n";
    assert_eq!(effect_of(class, "decorate"), Effect::Unknown);
}
