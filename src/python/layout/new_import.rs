//! Where an import goes that a module lacks: at run time before its use, in the section and the
//! order that the module's other imports have.

use tree_sitter::Node;

use super::Edit;
use super::statement::insert_before;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::stdlib::is_stdlib;
use crate::python::tree;
use crate::workspace::span::Span;

/// An import that code needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import<'a> {
    /// The absolute module.
    pub module: &'a str,
    /// The name taken from it, `None` for the module itself.
    pub name: Option<&'a str>,
    /// The name it is bound to.
    pub bound_as: &'a str,
}

impl Import<'_> {
    /// The statement.
    pub fn statement(&self) -> String {
        let (module, bound) = (self.module, self.bound_as);
        match self.name {
            None if bound == module => format!("import {module}"),
            None => format!("import {module} as {bound}"),
            Some(name) if name == bound => format!("from {module} import {name}"),
            Some(name) => format!("from {module} import {name} as {bound}"),
        }
    }

    fn target(&self) -> String {
        match self.name {
            None => self.module.to_owned(),
            Some(name) => format!("{}.{name}", self.module),
        }
    }
}

/// Whether the name means the import wherever the code at the offset runs.
pub fn is_there(module: &Module, import: &Import, at: usize) -> bool {
    let scope = module.names.scope_at(at);
    let bindings = module.names.bindings(import.bound_as, scope);
    let target = import.target();
    let is_it =
        |kind: &BindingKind| matches!(kind, BindingKind::Import { target: t, .. } if *t == target);
    !bindings.is_empty()
        && bindings.iter().all(|binding| is_it(&binding.kind))
        && bindings.iter().any(|binding| reaches(module, binding.span, at))
}

/// Whether an import has run when the code at the offset does: it stands above it, directly in the
/// module or in the body of a function around it, under no condition.
fn reaches(module: &Module, import: Span, at: usize) -> bool {
    let Some(statement) = module.statement_at(import) else { return false };
    let Some(block) = module.parent(statement) else { return false };
    let around = module.parent(block).map_or("", |node| node.kind());
    let unconditional = block.kind() == "module" || around == "function_definition";
    unconditional && statement.start_byte() < at && tree::span(block).contains(Span::at(at))
}

/// What a module calls another one at a node, and whether it has to be imported first; why not, if
/// the name means something else there.
pub fn bound_name(module: &Module, name: &str, node: Node) -> Result<(String, bool), String> {
    if is_deleted(module, name) {
        return Err(format!("the name `{name}` is deleted"));
    }
    let offset = node.start_byte();
    let there = |bound: &str| {
        is_there(module, &Import { module: name, name: None, bound_as: bound }, offset)
    };
    if there(name) {
        return Ok((name.to_owned(), false));
    }
    let aliases = module.names.scopes[0].bindings.iter().filter(|(_, bindings)| {
        bindings.iter().any(
            |binding| matches!(&binding.kind, BindingKind::Import { target, .. } if target == name),
        )
    });
    let mut aliases: Vec<&String> = aliases.map(|(alias, _)| alias).collect();
    aliases.sort();
    if let Some(alias) = aliases.into_iter().find(|alias| there(alias)) {
        return Ok((alias.clone(), false));
    }
    let scope = module.names.scope_at(offset);
    if module.names.binding_scope(name, scope).is_some_and(|bound| bound != 0) {
        return Err(format!("the name `{name}` is bound within a function"));
    }
    let imported = module.names.bindings(name, scope).iter().all(
        |binding| matches!(&binding.kind, BindingKind::Import { target, .. } if target == name),
    );
    if imported || module.names.is_free(name, scope) {
        return Ok((name.to_owned(), true));
    }
    Err(format!("the name `{name}` means something else there"))
}

/// Whether a statement deletes the name itself: `del os`, not `del os.environ["A"]`.
fn is_deleted(module: &Module, name: &str) -> bool {
    module.of_kind("delete_statement").any(|statement| {
        let targets =
            tree::children(statement).into_iter().flat_map(|target| match target.kind() {
                "expression_list" | "tuple" | "parenthesized_expression" => tree::children(target),
                _ => vec![target],
            });
        let mut names = targets.filter(|target| target.kind() == "identifier");
        names.any(|target| module.text_of(target) == name)
    })
}

fn in_function(module: &Module, at: usize) -> bool {
    let scope = module.names.scope_at(at);
    let mut around = std::iter::successors(Some(scope), |&s| module.names.scopes[s].parent);
    around.any(|s| module.names.scopes[s].kind == crate::python::names::ScopeKind::Function)
}

/// The edit that adds the import for the code at the offset.
pub fn add(module: &Module, import: &Import, at: usize) -> Option<Edit> {
    let statements = tree::children(module.root());
    let body: Vec<Node> = without_header(&statements);
    let user = body.iter().find(|s| tree::span(**s).contains(Span::at(at))).copied()?;
    let imports = body.iter().copied().filter(|s| is_import(*s));
    // What a function holds runs when a statement calls it, and imports below that come too late.
    let running = body.iter().find(|s| runs(**s)).filter(|_| in_function(module, at));
    let in_time = |s: &Node| running.is_none_or(|first| s.start_byte() < first.start_byte());
    let imports: Vec<Node> = imports.filter(in_time).collect();
    let sections = sections(module, &imports);
    let stdlib = is_stdlib(first_component(import.module));
    let section = sections.iter().find(|section| {
        section.iter().any(|s| is_stdlib(first_component(module_of(module, *s))) == stdlib)
    });
    let edit = match (section, sections.first(), sections.last()) {
        (Some(section), ..) => within(module, import, section),
        (None, Some(first), _) if stdlib => {
            let starts_line = module.starts_line(first[0].start_byte());
            let newline = module.source.newline_at(first[0].start_byte());
            let blank = if starts_line { newline } else { "" };
            insert_before(module, first[0], &format!("{}{blank}", import.statement()))
        }
        (None, _, Some(last)) => {
            let last = last[last.len() - 1];
            let newline = module.source.newline_at(last.start_byte());
            after(module, last, &format!("{newline}{}", import.statement()))
        }
        _ => alone(module, import, *body.first()?, statements.first().copied()),
    };
    let runs_before = edit.span.start <= user.start_byte() || in_function(module, at);
    Some(if runs_before { edit } else { insert_before(module, user, &import.statement()) })
}

/// The statements behind the docstring and the imports from `__future__`.
fn without_header<'t>(statements: &[Node<'t>]) -> Vec<Node<'t>> {
    let is_docstring = |s: &Node| {
        s.kind() == "expression_statement"
            && tree::children(*s).first().is_some_and(|value| value.kind() == "string")
    };
    let from = usize::from(statements.first().is_some_and(is_docstring));
    let rest = &statements[from..];
    let future = rest.iter().rposition(|s| s.kind() == "future_import_statement");
    rest[future.map_or(0, |last| last + 1)..].to_vec()
}

fn is_import(statement: Node) -> bool {
    matches!(statement.kind(), "import_statement" | "import_from_statement")
}

/// Whether a statement of a module calls something when the module is run.
fn runs(statement: Node) -> bool {
    const LATER: [&str; 3] = ["function_definition", "class_definition", "lambda"];
    if LATER.contains(&statement.kind()) || is_import(statement) {
        return false;
    }
    let mut waiting = vec![statement];
    while let Some(node) = waiting.pop() {
        if node.kind() == "call" {
            return true;
        }
        waiting.extend(tree::children(node).into_iter().filter(|n| !LATER.contains(&n.kind())));
    }
    false
}

/// Imports at the top of the module, parted where a blank line or another statement stands between.
fn sections<'t>(module: &Module, imports: &[Node<'t>]) -> Vec<Vec<Node<'t>>> {
    let mut sections: Vec<Vec<Node>> = Vec::new();
    for import in imports {
        let joined = sections.last().and_then(|section| section.last()).is_some_and(|before| {
            let gap = Span::new(before.end_byte(), import.start_byte());
            let mut lines = module.slice(gap).lines().skip(1);
            follows(module, *before, *import)
                && lines.all(|line| !line.trim().is_empty() || gap_ends(line, gap, module))
        });
        match sections.last_mut() {
            Some(section) if joined => section.push(*import),
            _ => sections.push(vec![*import]),
        }
    }
    sections
}

/// Whether only comments stand between two statements of the module.
fn follows(module: &Module, before: Node, statement: Node) -> bool {
    let between = module.nodes().from(before.end_byte());
    let mut other = between.iter().filter(|node| node.is_named() && node.kind() != "comment");
    other.next().is_some_and(|next| next.id() == statement.id())
}

/// The last piece of a gap is the indentation of what follows, no blank line.
fn gap_ends(line: &str, gap: Span, module: &Module) -> bool {
    module.slice(gap).ends_with(line) && !module.slice(gap).ends_with('\n')
}

fn module_of<'m>(module: &'m Module, statement: Node) -> &'m str {
    let named = statement.child_by_field_name("module_name");
    let node = named.or_else(|| {
        let item = statement.child_by_field_name("name")?;
        if item.kind() == "aliased_import" { item.child_by_field_name("name") } else { Some(item) }
    });
    node.map_or("", |node| module.text_of(node))
}

fn first_component(dotted: &str) -> &str {
    dotted.split('.').next().unwrap_or(dotted).trim()
}

/// Among the imports of its section: those of its form are kept sorted if they are, `import x`
/// stands before `from x import y`.
fn within(module: &Module, import: &Import, section: &[Node]) -> Edit {
    let is_from = import.name.is_some();
    let alike: Vec<Node> = section
        .iter()
        .copied()
        .filter(|s| (s.kind() == "import_from_statement") == is_from)
        .collect();
    let text = import.statement();
    let key = |s: &Node| module_of(module, *s).to_lowercase();
    let own = import.module.to_lowercase();
    if let Some(next) = alike.iter().find(|s| key(s) > own)
        && alike.is_sorted_by_key(key)
    {
        return insert_before(module, *next, &text);
    }
    // Among others those of its kind come first: behind the last of them.
    let is_own_kind = |s: &&Node| {
        is_stdlib(first_component(module_of(module, **s)))
            == is_stdlib(first_component(import.module))
    };
    let last = alike.iter().rfind(is_own_kind).or(alike.last());
    match (last, section) {
        (None, [first, ..]) if !is_from => insert_before(module, *first, &text),
        (Some(last), _) | (None, [.., last]) => after(module, *last, &text),
        (None, []) => Edit::insert(0, text),
    }
}

/// Behind a statement, on a line of its own; before it where others share its line.
fn after(module: &Module, statement: Node, text: &str) -> Edit {
    let line = module.lines.span(module.lines.of(statement.end_byte()));
    let rest = &module.text()[statement.end_byte()..line.end];
    if !(rest.trim().is_empty() || rest.trim_start().starts_with('#')) {
        return insert_before(module, statement, text.trim_start());
    }
    let newline = module.source.newline_at(statement.end_byte());
    let content = line.start + module.slice(line).trim_end_matches(['\r', '\n']).len();
    Edit::insert(content, format!("{newline}{text}"))
}

/// In a module without imports: before the first statement, a blank line behind it, two before a
/// definition.
fn alone(module: &Module, import: &Import, first: Node, top: Option<Node>) -> Edit {
    let newline = module.source.newline_at(first.start_byte());
    let definitions = ["function_definition", "class_definition", "decorated_definition"];
    let blank = if definitions.contains(&first.kind()) { 2 } else { 1 };
    if !module.starts_line(first.start_byte()) {
        return insert_before(module, first, &import.statement());
    }
    // A comment directly above belongs to the statement, but for the head of the file.
    let mut line = module.lines.of(first.start_byte());
    let is_comment = |line: usize| {
        let index = module.comments.partition_point(|c| c.line < line);
        module.comments.get(index).is_some_and(|c| c.line == line && c.own_line)
    };
    let is_top = top.is_some_and(|top| top.id() == first.id());
    while !is_top && line > 0 && is_comment(line - 1) {
        line -= 1;
    }
    Edit::insert(
        module.lines.start(line),
        format!("{}{newline}{}", import.statement(), newline.repeat(blank)),
    )
}
