use super::in_module;

#[test]
fn functions_and_classes_at_the_top_are_found() {
    assert_eq!(in_module("def f(): pass\n", "f"), "m.py:1");
    assert_eq!(in_module("@wrap\nasync def f(): pass\n", "f"), "m.py:2");
    assert_eq!(in_module("\n\nclass C: pass\n", "C"), "m.py:3");
    assert_eq!(in_module("def g():\n    def f(): pass\n", "f"), "?");
    assert_eq!(in_module("def f(): pass\n", "f.attribute"), "?");
}

#[test]
fn branches_give_several_definitions() {
    let two = "if x:\n    def f(): pass\nelse:\n    def f(): pass\n";
    assert_eq!(in_module(two, "f"), "m.py:2 m.py:4");
    let tried = "try:\n    from n import f\nexcept ImportError:\n    def f(): pass\n";
    assert_eq!(in_module(tried, "f"), "m.py:4 n.py:2");
    let foreign = "try:\n    from torch import f\nexcept ImportError:\n    def f(): pass\n";
    assert_eq!(in_module(foreign, "f"), "m.py:4 ?");
    let none = "try:\n    from n import f\nexcept ImportError:\n    f = None\n";
    assert_eq!(in_module(none, "f"), "n.py:2");
    assert_eq!(in_module("f = None\n", "f"), "?");
}

#[test]
fn what_is_defined_again_is_replaced() {
    assert_eq!(in_module("def f(): pass\ndef f(): pass\n", "f"), "m.py:2");
    assert_eq!(in_module("if x:\n    def f(): pass\ndef f(): pass\n", "f"), "m.py:3");
    assert_eq!(in_module("def f(): pass\nif x:\n    def f(): pass\n", "f"), "m.py:1 m.py:3");
    assert_eq!(in_module("def f(): pass\nfrom n import f\n", "f"), "n.py:2");
    assert_eq!(in_module("from n import f\ndef f(): pass\n", "f"), "m.py:2");
    assert_eq!(in_module("def f(): pass\nf = wrap(f)\n", "f"), "m.py:1 ?");
    assert_eq!(in_module("def f(): pass\nfrom n import g\nf = g\n", "f"), "n.py:1");
    let global = "def f(): pass\ndef g():\n    global f\n    def f(): pass\n";
    assert_eq!(in_module(global, "f"), "m.py:1 m.py:4");
}

#[test]
fn overloads_are_no_definitions_of_their_own() {
    let text =
        "@overload\ndef f(a: int): ...\n@typing.overload\ndef f(a: str): ...\ndef f(a): pass\n";
    assert_eq!(in_module(text, "f"), "m.py:5");
    let guarded =
        "if TYPE_CHECKING:\n    @overload\n    def f(a: int): ...\nelse:\n    def f(a): pass\n";
    assert_eq!(in_module(guarded, "f"), "m.py:5");
    let class = "class C:\n    @overload\n    def f(self): ...\n    def f(self): pass\n";
    assert_eq!(in_module(class, "C.f"), "m.py:4");
}

#[test]
fn attributes_of_a_class_are_those_of_its_body() {
    let text = "class B:\n    def inherited(self): pass\nclass C(B):\n    def m(self): pass\n    class I:\n        def m(self): pass\n    def own(self): pass\n    alias = own\n    f = f\n    n = 1\n    @property\n    def p(self): pass\n    @p.setter\n    def p(self, v): pass\ndef f(): pass\n";
    for (name, expected) in [
        ("C.m", "m.py:4"),
        ("C.I", "m.py:5"),
        ("C.I.m", "m.py:6"),
        ("C.alias", "m.py:7"),
        ("C.f", "m.py:15"),
        ("C.n", "?"),
        ("C.p", "m.py:12 m.py:14"),
        ("C.inherited", "?"),
    ] {
        assert_eq!(in_module(text, name), expected, "{name}");
    }
    let starred = "from n import *\nclass C: pass\n";
    assert_eq!(in_module(starred, "C.g"), "?");
    let starred = "class C:\n    def g(self): pass\nfrom torch import *\n";
    assert_eq!(in_module(starred, "C.g"), "m.py:2", "a star hardly brings it again");
}

#[test]
fn assignments_of_names_are_followed() {
    assert_eq!(in_module("def f(): pass\ng = f\nh = (g)\n", "h"), "m.py:1");
    assert_eq!(in_module("import n\nh = n.f\n", "h"), "n.py:2");
    assert_eq!(in_module("import n as alias\n", "alias.f"), "n.py:2");
    assert_eq!(in_module("class C:\n    def m(self): pass\nD = C\n", "D.m"), "m.py:2");
    assert_eq!(in_module("h = open\n", "h"), "");
    for text in
        ["h = make()\n", "for h in x: pass\n", "with x as h: pass\n", "h, i = x\n", "h = h\n"]
    {
        assert_eq!(in_module(text, "h"), "?", "{text}");
    }
    let loud = "def h(): pass\nfor h in x: pass\n";
    assert_eq!(in_module(loud, "h"), "m.py:1 ?");
}

#[test]
fn long_chains_are_given_up() {
    let chain = |length: usize| -> String {
        let links = (1..length).map(|n| format!("f{n} = f{}\n", n - 1));
        format!("def f0(): pass\n{}", links.collect::<String>())
    };
    assert_eq!(in_module(&chain(16), "f15"), "m.py:1");
    assert_eq!(in_module(&chain(17), "f16"), "?");
}
