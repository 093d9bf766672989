//! Types that annotations name.

use tree_sitter::Node;

use super::{DEEPEST, Evidence, Type, Typed, class_itself};
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::python::module::Module;
use crate::workspace::FileId;

impl Program<'_> {
    /// The type of what an annotation is at, if that is all classes of the program.
    pub fn annotated_type(&self, file: FileId, module: &Module, annotation: Node) -> Option<Typed> {
        self.type_named(file, module, annotation, DEEPEST)
    }

    /// The class that an annotation names: `Engine`, `"pkg.Engine"`, `Optional[Engine]`, `Engine |
    /// None`, `type[Engine]`.
    pub(super) fn type_named(
        &self,
        file: FileId,
        module: &Module,
        annotation: Node,
        depth: usize,
    ) -> Option<Typed> {
        let scope = module.names.scope_at(annotation.start_byte());
        let own = module
            .ancestors(annotation)
            .find(|around| around.kind() == "class_definition")
            .map(|class| Self::definition_at(file, class));
        let text = module.text_of(annotation);
        let context = Context { file, module, scope, own };
        self.type_in_text(&context, text, depth).map(|typed| typed.because(Evidence::Annotated))
    }

    fn type_in_text(&self, context: &Context, text: &str, depth: usize) -> Option<Typed> {
        let depth = depth.checked_sub(1)?;
        let text = text.trim();
        for quote in ["\"\"\"", "'''", "\"", "'"] {
            let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
                return self.type_in_text(context, inner, depth);
            }
        }
        let alternatives = split(text, '|');
        if alternatives.len() > 1 {
            return self.all_in_text(context, &alternatives, depth);
        }
        if let Some((head, rest)) = text.split_once('[') {
            let inside = rest.trim_end().strip_suffix(']')?;
            let parts = split(inside, ',');
            return match head.rsplit('.').next().unwrap_or_default().trim() {
                "Optional" | "Union" => self.all_in_text(context, &parts, depth),
                "Annotated" | "Final" | "ClassVar" | "Required" => {
                    self.type_in_text(context, parts.first()?, depth)
                }
                "type" | "Type" => {
                    let typed = self.type_in_text(context, inside, depth)?;
                    let class = |of: &Type| match of {
                        Type::Instance(class) => Some(Type::Class(*class)),
                        Type::Class(_) => None,
                    };
                    let classes: Option<Vec<Type>> = typed.types.iter().map(class).collect();
                    Some(Typed { types: classes?, ..typed })
                }
                // `Base[int]`.
                _ => self.type_in_text(context, head, depth),
            };
        }
        if text == "Self" || text.ends_with(".Self") {
            return context.own.map(|own| Typed::one(Type::Instance(own), Evidence::Annotated));
        }
        let (first, rest) = text.split_once('.').map_or((text, None), |(f, r)| (f, Some(r)));
        let is_name = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        };
        if !is_name(text) {
            return None;
        }
        let meaning = match rest {
            None => self.local_meaning(context.module, context.file, first, context.scope),
            Some(rest) => {
                let resolved = context.module.names.lookup(first, context.scope);
                self.meaning(&format!("{}.{rest}", resolved.single()?), context.file)
            }
        };
        let class = class_itself(&meaning)?;
        let objects = class.types.iter().map(|of| match of {
            Type::Class(class) | Type::Instance(class) => Type::Instance(*class),
        });
        Some(Typed { types: objects.collect(), evidence: Evidence::Annotated })
    }

    fn all_in_text(&self, context: &Context, parts: &[&str], depth: usize) -> Option<Typed> {
        let parts = parts.iter().map(|part| part.trim()).filter(|part| {
            !part.is_empty() && !matches!(part.trim_matches(['"', '\'']), "None" | "NoneType")
        });
        let all: Option<Vec<Typed>> =
            parts.map(|part| self.type_in_text(context, part, depth)).collect();
        Typed::joined(all?)
    }
}

/// Where an annotation stands.
struct Context<'c> {
    file: FileId,
    module: &'c Module,
    scope: usize,
    own: Option<Definition>,
}

/// The parts of an annotation between separators that stand in no brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if letter == separator && depth == 0 => {
                found.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}
