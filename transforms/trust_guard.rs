//! Conditions by which a user has decided to trust.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::{literal, tree};

/// Whether a condition says that code or data of others is trusted where it holds, or where it
/// does not.
pub fn decides(module: &Module, condition: Node, holds: bool) -> bool {
    let mut waiting = vec![(condition, holds)];
    // An `and` that holds has two sides that hold: one that decides is enough. All sides of an
    // `or` would have to; none is looked into.
    while let Some((node, holds)) = waiting.pop() {
        let node = tree::unparenthesised(node);
        match node.kind() {
            "not_operator" => {
                waiting.extend(tree::children(node).first().map(|inner| (*inner, !holds)));
            }
            "boolean_operator" => {
                let operator = node.child_by_field_name("operator").map_or("", |o| o.kind());
                if (operator == "and") == holds {
                    waiting.extend(tree::children(node).into_iter().map(|side| (side, holds)));
                }
            }
            "comparison_operator" => waiting.extend(compared(module, node, holds)),
            _ => {
                if named(module, node).is_some_and(|name| speaks(&name, holds)) {
                    return true;
                }
            }
        }
    }
    false
}

/// What a comparison with a literal says of its other side: `x is True`, `x == "1"`, `x != False`.
fn compared<'t>(module: &Module, node: Node<'t>, holds: bool) -> Option<(Node<'t>, bool)> {
    let [left, right] = tree::children(node)[..] else { return None };
    let operator = module.text()[left.end_byte()..right.start_byte()].trim();
    let same = match operator {
        "is" | "==" => true,
        "is not" | "!=" => false,
        _ => return None,
    };
    let is_literal = matches!(right.kind(), "true" | "false" | "string" | "integer");
    let truth = literal::truth(right, module.text()).filter(|_| is_literal)?;
    // `x != "no"` says nothing of what x is.
    (same || matches!(right.kind(), "true" | "false")).then_some((left, (same == truth) == holds))
}

/// The name by which a decision is known: of a variable, an attribute, a key, an option.
fn named(module: &Module, node: Node) -> Option<String> {
    let text = module.text();
    let key = |node: Node| literal::plain_string(node, text).map(str::to_ascii_lowercase);
    match node.kind() {
        "identifier" => Some(module.text_of(node).to_ascii_lowercase()),
        "attribute" => {
            let name = node.child_by_field_name("attribute")?;
            Some(module.text_of(name).to_ascii_lowercase())
        }
        "subscript" => key(node.child_by_field_name("subscript")?),
        "named_expression" => named(module, node.child_by_field_name("value")?),
        "call" => {
            let callee = module.text_of(node.child_by_field_name("function")?);
            let arguments = tree::children(node.child_by_field_name("arguments")?);
            match callee.rsplit('.').next().unwrap_or_default() {
                "get" | "getenv" | "pop" => key(*arguments.first()?),
                "getattr" => key(*arguments.get(1)?),
                "bool" | "is_true" | "strtobool" | "str2bool" => {
                    named(module, tree::unparenthesised(*arguments.first()?))
                }
                name => Some(name.to_ascii_lowercase()),
            }
        }
        _ => None,
    }
}

fn speaks(name: &str, holds: bool) -> bool {
    if name.contains("untrust") || name.contains("distrust") {
        return !holds;
    }
    let yes = ["trust", "remote_code", "allow_pickle", "unsafe"];
    holds && yes.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::FileId;
    use crate::workspace::source::Source;

    fn judged(condition: &str, holds: bool) -> bool {
        let text = format!("if {condition}:\n    pass\n");
        let module = Module::new(Source::python(FileId(0), text.into_bytes()).unwrap());
        let statement = tree::children(module.root())[0];
        decides(&module, statement.child_by_field_name("condition").unwrap(), holds)
    }

    #[test]
    fn a_person_who_says_yes_decides() {
        for condition in [
            "trust_remote_code",
            "args.trust_remote_code",
            "(self.config.trust_remote_code)",
            "fast and args.trust_remote_code",
            "options['trust_remote_code']",
            "getattr(args, 'trust_remote_code', False)",
            "kwargs.get('trust_remote_code')",
            "os.environ.get('TRUST_REMOTE_CODE') == '1'",
            "trust is True",
            "trust is not False",
            "not untrusted",
        ] {
            assert!(judged(condition, true), "{condition}");
        }
        assert!(judged("not trust_remote_code", false));
        assert!(judged("fast or not trust_remote_code", false));
    }

    #[test]
    fn nobody_decides_by_something_else() {
        for condition in [
            "not trust_remote_code",
            "'chatglm' in name",
            "fast or args.trust_remote_code",
            "untrusted",
            "trust is None",
            "trust_remote_code != 'no'",
        ] {
            assert!(!judged(condition, true), "{condition}");
        }
        assert!(!judged("trust_remote_code", false));
    }
}
