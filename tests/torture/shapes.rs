//! Sources that are deep, wide or long.

/// An expression of `n` levels or parts around another one.
type Shape = fn(usize, &str) -> String;

/// A shape with its name and how large it is.
pub struct Deep {
    pub name: &'static str,
    pub size: usize,
    pub around: Shape,
}

const fn deep(name: &'static str, size: usize, around: Shape) -> Deep {
    Deep { name, size, around }
}

/// Opens and closes around the inner expression, `n` times.
fn nested(n: usize, open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(n), close.repeat(n))
}

/// Expressions that hold another one deep inside or far along.
pub const EXPRESSIONS: &[Deep] = &[
    deep("parentheses", 100_000, |n, x| nested(n, "(", x, ")")),
    deep("lists", 100_000, |n, x| nested(n, "[", x, "]")),
    deep("tuples", 50_000, |n, x| nested(n, "(", x, ",)")),
    deep("sets", 10_000, |n, x| nested(n, "{", x, "}")),
    deep("dictionaries", 10_000, |n, x| nested(n, "{1:", x, "}")),
    deep("calls", 10_000, |n, x| nested(n, "f(", x, ")")),
    deep("keywords", 10_000, |n, x| nested(n, "f(k=", x, ")")),
    deep("call chain", 10_000, |n, x| format!("g({x}){}", "(1)".repeat(n))),
    deep("method chain", 10_000, |n, x| format!("g({x}){}", ".a()".repeat(n))),
    deep("attributes", 100_000, |n, x| format!("g({x}){}", ".a".repeat(n))),
    deep("dotted name", 100_000, |n, x| format!("g(a{}, {x})", ".a".repeat(n))),
    deep("subscripts", 10_000, |n, x| nested(n, "a[", x, "]")),
    deep("subscript chain", 10_000, |n, x| format!("g({x}){}", "[0]".repeat(n))),
    deep("unary", 10_000, |n, x| format!("{}{x}", "-".repeat(n))),
    deep("not", 100_000, |n, x| format!("{}{x}", "not ".repeat(n))),
    deep("await", 10_000, |n, x| format!("{}{x}", "await ".repeat(n))),
    deep("lambda", 10_000, |n, x| format!("{}{x}", "lambda:".repeat(n))),
    deep("lambda defaults", 10_000, |n, x| nested(n, "lambda a=", x, ":0")),
    deep("conditional", 10_000, |n, x| format!("{}{x}", "1 if a else ".repeat(n))),
    deep("conditions", 10_000, |n, x| nested(n, "1 if (", x, ") else 0")),
    deep("sum, first", 100_000, |n, x| format!("{x}{}", "+1".repeat(n))),
    deep("sum, last", 100_000, |n, x| format!("{}{x}", "1+".repeat(n))),
    deep("powers", 10_000, |n, x| format!("{}{x}", "1**".repeat(n))),
    deep("and", 100_000, |n, x| format!("{}{x}", "a and ".repeat(n))),
    deep("comparison", 100_000, |n, x| format!("{}{x}", "1<".repeat(n))),
    deep("comprehensions", 5_000, |n, x| nested(n, "[", x, " for a in b]")),
    deep("comprehension clauses", 10_000, |n, x| format!("[{x}{}]", " for a in b if a".repeat(n))),
    deep("walrus", 10_000, |n, x| nested(n, "(a:=", x, ")")),
    deep("stars", 10_000, |n, x| nested(n, "f(*", x, ")")),
    deep("double stars", 10_000, |n, x| nested(n, "f(**", x, ")")),
    deep("f-strings", 2_000, |n, x| nested(n, "f'{", x, "}'")),
    deep("format specifications", 2_000, |n, x| {
        format!("f'{{{x}:{}'", nested(n, "{1:", "", "}") + "}")
    }),
    deep("f-string parts", 50_000, |n, x| format!("f'{}{{{x}}}'", "{a}".repeat(n))),
    deep("string concatenation", 50_000, |n, x| format!("g({}, {x})", "'a' ".repeat(n))),
    deep("arguments", 50_000, |n, x| format!("g({}{x})", "a,".repeat(n))),
    deep("list elements", 100_000, |n, x| format!("[{}{x}]", "1,".repeat(n))),
    deep("dictionary entries", 50_000, |n, x| format!("{{{}'x':{x}}}", "'a':1,".repeat(n))),
    deep("unpacked dictionaries", 50_000, |n, x| format!("{{{}'x':{x}}}", "**a,".repeat(n))),
    deep("unclosed", 100_000, |n, x| format!("{}{x}", "(".repeat(n))),
    deep("unopened", 100_000, |n, x| format!("{x}{}", ")".repeat(n))),
    deep("mixed brackets", 50_000, |n, x| format!("{}{x}{}", "([{".repeat(n), ")]}".repeat(n))),
    deep("yield", 10_000, |n, x| nested(n, "(yield ", x, ")")),
];

/// Modules that hold a statement deep inside or far along.
pub const STATEMENTS: &[Deep] = &[
    deep("if", 20_000, |n, x| blocks(n, "if a:", x)),
    deep("if in one column", 2_000, |n, x| blocks(n.min(2_000), "if a:", x)),
    deep("functions", 2_000, |n, x| blocks(n, "def f(p):", x)),
    deep("classes", 2_000, |n, x| blocks(n, "class C:", x)),
    deep("with", 2_000, |n, x| blocks(n, "with a as b:", x)),
    deep("try", 2_000, |n, x| blocks(n, "try:", x)),
    deep("elif", 20_000, |n, x| format!("if a:\n 1\n{}else:\n {x}\n", "elif a:\n 1\n".repeat(n))),
    deep("except", 10_000, |n, x| format!("try:\n {x}\n{}", "except E as e:\n 1\n".repeat(n))),
    deep("cases", 10_000, |n, x| {
        format!("match a:\n{} case _:\n  {x}\n", " case 1:\n  1\n".repeat(n))
    }),
    deep("pattern", 5_000, |n, x| {
        format!("match a:\n case {}:\n  {x}\n", nested(n, "[", "b", "]"))
    }),
    deep("decorators", 10_000, |n, x| format!("{}def f(p):\n {x}\n", "@d\n".repeat(n))),
    deep("parameters", 5_000, |n, x| {
        format!("def f({}p):\n {x}\n", numbered(n, |i| format!("a{i},")))
    }),
    deep("defaults", 5_000, |n, x| {
        format!("def f(p,{}q=1):\n {x}\n", numbered(n, |i| format!("a{i}=1,")))
    }),
    deep("imported names", 100_000, |n, x| {
        format!("from m import (\n{}load)\n{x}\n", numbered(n, |i| format!("n{i},\n")))
    }),
    deep("imports", 20_000, |n, x| format!("{}{x}\n", numbered(n, |i| format!("import m{i}\n")))),
    deep("the same import", 20_000, |n, x| format!("{}{x}\n", "import torch\n".repeat(n))),
    deep("dotted import", 50_000, |n, x| format!("import a{}\n{x}\n", ".a".repeat(n))),
    deep("relative import", 50_000, |n, x| format!("from {} import a\n{x}\n", ".".repeat(n))),
    deep("targets", 50_000, |n, x| format!("{}p = 1\n{x}\n", "a = ".repeat(n))),
    deep("assignments of one name", 20_000, |n, x| format!("{}{x}\n", "p = p + 1\n".repeat(n))),
    deep("semicolons", 50_000, |n, x| format!("{}{x}\n", "a;".repeat(n))),
    deep("statements", 100_000, |n, x| format!("{}{x}\n", "a\n".repeat(n))),
    deep("comments", 100_000, |n, x| format!("{}{x}\n", "# c\n".repeat(n))),
    deep("small functions", 20_000, |n, x| {
        format!("{}{x}\n", numbered(n, |i| format!("def f{i}(p):\n return p\n")))
    }),
    deep("functions of one name", 10_000, |n, x| {
        format!("{}{x}\n", "def f(p):\n return p\n".repeat(n))
    }),
    deep("methods", 10_000, |n, x| {
        format!(
            "class C:\n{} def m(self, p):\n  {x}\n",
            numbered(n, |i| format!(" def m{i}(self): self.m(1)\n"))
        )
    }),
    deep("bases", 20_000, |n, x| {
        format!("class C({}object):\n def m(self, p):\n  {x}\n", numbered(n, |i| format!("B{i},")))
    }),
    deep("class chain", 5_000, |n, x| {
        format!(
            "class C0:\n def m(self, p):\n  {x}\n{}",
            numbered(n, |i| format!("class C{}(C{i}): pass\n", i + 1))
        )
    }),
    deep("continued lines", 50_000, |n, x| format!("a = 1{}\n{x}\n", "\\\n+1".repeat(n))),
    deep("decorated lambda", 5_000, |n, x| {
        format!("@{}\ndef f(p):\n {x}\n", nested(n, "d(", "1", ")"))
    }),
    deep("annotation", 10_000, |n, x| {
        format!("def f(p: {}):\n {x}\n", nested(n, "List[", "int", "]"))
    }),
    deep("quoted annotation", 10_000, |n, x| {
        format!("def f(p: '{}'):\n {x}\n", nested(n, "List[", "int", "]"))
    }),
    deep("globals", 50_000, |n, x| {
        format!("def f(p):\n global {}g\n {x}\n", numbered(n, |i| format!("g{i},")))
    }),
    deep("deleted names", 50_000, |n, x| {
        format!("del {}g\n{x}\n", numbered(n, |i| format!("g{i},")))
    }),
    deep("tests of one name", 10_000, |n, x| format!("{}{x}\n", "if weights_only: a\n".repeat(n))),
    deep("callers", 10_000, |n, x| format!("def f(p):\n {x}\n{}", "f(1)\n".repeat(n))),
    deep("docstring fields", 20_000, |n, x| {
        format!(
            "def f(p):\n '''D.\n\n Args:\n{} '''\n {x}\n",
            numbered(n, |i| format!("  a{i}: b\n"))
        )
    }),
];

/// A part for each number below `n`.
pub fn numbered(n: usize, part: impl Fn(usize) -> String) -> String {
    (0..n).map(part).collect()
}

/// Blocks in one another, a space deeper each. Past a few thousand levels the indentation alone
/// would be more than the size limit, so that the rest stands in the first column of the last one.
fn blocks(n: usize, head: &str, inner: &str) -> String {
    let levels = n.min(4_000);
    let mut text = String::new();
    for level in 0..levels {
        text.push_str(&" ".repeat(level));
        text.push_str(head);
        text.push('\n');
    }
    text.push_str(&" ".repeat(levels));
    text.push_str(inner);
    text.push('\n');
    text
}
