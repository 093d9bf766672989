//! Conditions by which a user has decided to trust.

use tree_sitter::Node;

use super::trust_words::{Trusted, is_yes};
use crate::python::module::Module;
use crate::python::{literal, tree};

/// Conditions within conditions that are looked into.
const MOST_DEPTH: usize = 12;
/// Sides of one `and` or `or`, and bindings of one name, that are looked at: one that has more
/// decides nothing. It keeps the work for many uses of one value as short as the file.
pub(super) const MOST_SIDES: usize = 32;

/// Whether a condition says that code of others is trusted where it holds, or where it does not.
pub fn decides_code(module: &Module, condition: Node, holds: bool) -> bool {
    Question { module, trusted: Trusted::Code }.decided(condition, Asked::at_first(holds))
}

/// Whether a condition says that a data file is trusted where it holds, or where it does not.
pub fn decides_data(module: &Module, condition: Node, holds: bool) -> bool {
    Question { module, trusted: Trusted::Data }.decided(condition, Asked::at_first(holds))
}

/// Whether a condition says that any peer is taken where it holds, or where it does not.
pub fn decides_peer(module: &Module, condition: Node, holds: bool) -> bool {
    Question { module, trusted: Trusted::Peer }.decided(condition, Asked::at_first(holds))
}

/// One decision, asked about in one module.
pub(super) struct Question<'m> {
    pub module: &'m Module,
    pub trusted: Trusted,
}

/// What is asked of one expression.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Whether it is true where the sink stands.
    pub holds: bool,
    /// Whether it is compared with a word that says yes, so that only such a word counts.
    pub compared: bool,
    /// Assignments that led here, from a name that speaks of trust.
    pub steps: usize,
    /// Conditions around it that were looked into.
    pub depth: usize,
}

impl Asked {
    fn at_first(holds: bool) -> Self {
        Self { holds, compared: false, steps: 0, depth: 0 }
    }
}

impl Question<'_> {
    /// Whether an expression leaves the decision to a person.
    pub(super) fn decided(&self, node: Node<'_>, asked: Asked) -> bool {
        if asked.depth > MOST_DEPTH {
            return false;
        }
        let node = tree::unparenthesised(node);
        let asked = Asked { depth: asked.depth + 1, ..asked };
        match node.kind() {
            "not_operator" => {
                let inner = tree::children(node).first().copied();
                inner.is_some_and(|i| self.decided(i, Asked { holds: !asked.holds, ..asked }))
            }
            "boolean_operator" => self.sides_decide(node, asked),
            "comparison_operator" => self.comparison_decides(node, asked),
            "conditional_expression" => self.choice_decides(node, asked),
            "await" => tree::children(node).first().is_some_and(|i| self.decided(*i, asked)),
            "named_expression" => {
                let value = node.child_by_field_name("value");
                value.is_some_and(|value| self.decided(value, asked))
            }
            "identifier" => self.name_decides(node, asked),
            "attribute" => {
                let name = node.child_by_field_name("attribute");
                name.is_some_and(|name| self.speaks(self.module.text_of(name), asked))
                    || (asked.steps > 0 && self.is_option(node))
            }
            "subscript" => {
                let key = node.child_by_field_name("subscript");
                key.is_some_and(|key| self.key_speaks(key, asked))
            }
            "call" => self.call_decides(node, asked),
            _ => false,
        }
    }

    /// Where an `and` holds, both sides do, and one that decides is enough; of an `or` all have to.
    fn sides_decide(&self, node: Node, asked: Asked) -> bool {
        let own = is_and(node);
        let (mut sides, mut waiting) = (Vec::new(), vec![node]);
        while let Some(node) = waiting.pop() {
            let inner = tree::unparenthesised(node);
            if inner.kind() == "boolean_operator" && is_and(inner) == own {
                waiting.extend(tree::children(inner));
            } else {
                sides.push(inner);
            }
            if sides.len() + waiting.len() > MOST_SIDES {
                return false;
            }
        }
        if own == asked.holds {
            return sides.into_iter().any(|side| self.decided(side, asked));
        }
        sides.into_iter().all(|side| self.decided(side, asked))
    }

    /// `x is True`, `x == "1"`, `x != False`, `x in ("1", "yes")`.
    fn comparison_decides(&self, node: Node, asked: Asked) -> bool {
        let [left, right] = tree::children(node)[..] else { return false };
        let operator = self.module.text()[left.end_byte()..right.start_byte()].trim();
        let same = match operator {
            "is" | "==" | "in" => true,
            "is not" | "!=" | "not in" => false,
            _ => return false,
        };
        if right.kind() == "string" || operator.ends_with("in") {
            // That it is no yes says nothing of what it is.
            return same == asked.holds
                && self.is_yes_word(right, operator.ends_with("in"))
                && self.decided(left, Asked { holds: true, compared: true, ..asked });
        }
        if !matches!(right.kind(), "true" | "false" | "integer")
            || (!same && right.kind() == "integer")
        {
            return false;
        }
        let Some(truth) = literal::truth(right, self.module.text()) else { return false };
        self.decided(left, Asked { holds: (same == truth) == asked.holds, ..asked })
    }

    fn is_yes_word(&self, node: Node, many: bool) -> bool {
        if many {
            let words = tree::children(node);
            return matches!(node.kind(), "tuple" | "list" | "set")
                && !words.is_empty()
                && words.len() <= MOST_SIDES
                && words.into_iter().all(|word| {
                    word.kind() == "true"
                        || self.module.text_of(word) == "1"
                        || self.is_yes_word(word, false)
                });
        }
        literal::plain_string(node, self.module.text()).is_some_and(is_yes)
    }

    /// `True if args.trust else False`.
    fn choice_decides(&self, node: Node, asked: Asked) -> bool {
        let [yes, condition, no] = tree::children(node)[..] else { return false };
        let truth = |node| literal::truth(node, self.module.text());
        match (truth(yes), truth(no)) {
            (Some(yes), Some(no)) if yes != no => {
                self.decided(condition, Asked { holds: yes == asked.holds, ..asked })
            }
            (Some(yes), None) if yes != asked.holds => self.decided(no, asked),
            (None, Some(no)) if no != asked.holds => self.decided(yes, asked),
            (None, None) => self.decided(yes, asked) && self.decided(no, asked),
            _ => false,
        }
    }
}

fn is_and(node: Node) -> bool {
    node.child_by_field_name("operator").is_some_and(|operator| operator.kind() == "and")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::FileId;
    use crate::workspace::source::Source;

    type Judge = fn(&Module, Node, bool) -> bool;

    /// Whether the last `if` of a text decides.
    fn judged_in(text: &str, holds: bool, judge: Judge) -> bool {
        let module = Module::new(Source::python(FileId(0), text.as_bytes().to_vec()).unwrap());
        let nodes = module.nodes().from(0);
        let statement = nodes.iter().rfind(|node| node.kind() == "if_statement").unwrap();
        judge(&module, statement.child_by_field_name("condition").unwrap(), holds)
    }

    fn judged(condition: &str, holds: bool) -> bool {
        judged_in(&format!("if {condition}:\n    pass\n"), holds, decides_code)
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
            "os.environ.get('TRUST_REMOTE_CODE', '0') == '1'",
            "os.getenv('TRUST_REMOTE_CODE', 'no').lower() in ('1', 'true')",
            "int(os.getenv('TRUST_REMOTE_CODE', '0'))",
            "trust is True",
            "trust is not False",
            "not untrusted",
            "not args.no_trust_remote_code",
            "not os.environ.get('DISABLE_TRUST')",
            "click.confirm('Trust the code?')",
            "args.trust_remote_code or self.trusted",
        ] {
            assert!(judged(condition, true), "{condition}");
        }
        assert!(judged("not trust_remote_code", false));
        assert!(judged("fast or not trust_remote_code", false));
        assert!(judged("os.environ.get('TRUST_REMOTE_CODE') != '1'", false));
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
            "trust_remote_code == 'no'",
            "trust_remote_code == 'never'",
            "trust_remote_code == 'auto'",
            "args.no_trust_remote_code",
            "args.disable_trust_remote_code",
            "without_trust",
            "os.environ.get('TRUST_REMOTE_CODE', '1') == '1'",
            "os.getenv('TRUST_REMOTE_CODE', 'true').lower() == 'true'",
            "os.environ.get('TRUST_REMOTE_CODE', '0')",
            "kwargs.get('trust_remote_code', True)",
            "getattr(args, 'trust_remote_code', True)",
            "needs_trust_remote_code(name)",
            "self.supports_trust_remote_code",
            "inspect.signature(f).parameters.get('trust_remote_code')",
            "hasattr(args, 'trust_remote_code')",
            "accepts(f, 'trust_remote_code')",
            "resolve_trust_remote_code(name, True)",
            "args.allow_pickle",
            "trust_data",
            "click.confirm('Go on?')",
            "trust_remote_code in ('no', 'yes')",
            "True if trust_remote_code is None else trust_remote_code",
        ] {
            assert!(!judged(condition, true), "{condition}");
        }
        assert!(!judged("trust_remote_code", false));
    }

    #[test]
    fn what_a_name_is_bound_to_counts() {
        let within = |text: &str| judged_in(text, true, decides_code);
        for text in [
            "def f(args):\n    trust = args.trust_remote_code\n    if trust: pass",
            "def f(args):\n    trust = args.fast\n    if trust: pass",
            "def f(x):\n    trust = x\n    if trust: pass",
            "def f():\n    trust = input('Really?') == 'yes'\n    if trust: pass",
            "def f():\n    trust = typer.confirm('Really?')\n    if trust: pass",
            "def f(args):\n    trust = False\n    trust = bool(args.trust)\n    if trust: pass",
            "def f(a):\n    trust = True if a.trust else False\n    if trust: pass",
            "def f(trust):\n    if trust:\n        trust = True",
            "def f():\n    answer = input('Trust it? [y/N] ')\n    if answer.lower() in ['yes', 'y']: pass",
            "def f():\n    a = input('Run the custom code?').strip().lower()\n    if a == 'y': pass",
            "from settings import TRUST\nif TRUST: pass",
            "def f(n, trust_remote_code=True):\n    if trust_remote_code: pass",
        ] {
            assert!(within(text), "{text}");
        }
        for text in [
            "TRUST_REMOTE_CODE = True\nif TRUST_REMOTE_CODE: pass",
            "TRUST_REMOTE_CODE = True\ndef f():\n    if TRUST_REMOTE_CODE: pass",
            "TRUST_REMOTE_CODE = False\nif TRUST_REMOTE_CODE: pass",
            "def f(n):\n    trust = 'auto_map' in n\n    if trust: pass",
            "def f():\n    answer = input('Go on?')\n    if answer == 'y': pass",
            "def f():\n    answer = input('Disable trust? [y/N]')\n    if answer == 'y': pass",
            "def f():\n    answer = input(\"Don't trust it?\")\n    if answer == 'y': pass",
            "def f(answer):\n    if answer == 'y': pass",
            "def f():\n    answer = input('Trust it? [y/N] ')\n    if answer: pass",
            "def f(n):\n    trust = n.startswith('qwen')\n    if trust: pass",
            "def f(n, trust=False):\n    trust = n.startswith('qwen')\n    if trust: pass",
            "def f(args):\n    trust = args.trust\n    trust = True\n    if trust: pass",
            "def f(n):\n    a = n.custom\n    trust = a\n    if trust: pass",
            "def f(n, trust=True):\n    if trust: pass",
            "for trust in (True, False):\n    if trust: pass",
            "def trust(): pass\nif trust: pass",
            "no_trust = False\nif not no_trust: pass",
            "trust = trust2 = None\ntrust = trust\nif trust: pass",
        ] {
            assert!(!within(text), "{text}");
        }
    }

    #[test]
    fn data_is_trusted_by_other_words_than_code() {
        let data = |text: &str| judged_in(&format!("if {text}: pass"), true, decides_data);
        assert!(data("allow_pickle") && data("args.trust_data") && data("trusted"));
        assert!(!data("trust_remote_code") && !data("needs_pickle") && !data("trust_repo"));
    }

    #[test]
    fn long_and_deep_conditions_end() {
        assert!(!judged(&format!("{}trust", "not ".repeat(20_000)), true));
        assert!(!judged(&format!("{}trust", "a and ".repeat(20_000)), true));
    }
}
