//! Programs that hear from others: what is unpacked or looked up there may be what is sent, though
//! the module at hand does not show it.

use crate::program::Program;
use crate::transforms::remote::WEB;

/// Names that say as much without such a package.
const NAMES: [&str; 4] = ["lambda_handler", "input_fn", "predict_fn", "MessageToDict"];

/// Whether a program serves requests, messages or events.
pub(super) fn is_serving(program: &Program) -> bool {
    !program.is_alone && program.imports_any(&WEB, &NAMES)
}
