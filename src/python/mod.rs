//! Facts of one parsed module, and the layout rules for changing its text. Nothing here knows a
//! path, a transform or another module.

mod breaks;
pub mod call;
pub mod comment;
pub mod docstring;
mod index;
pub mod layout;
pub mod lines;
pub mod literal;
pub mod module;
pub mod names;
mod names_build;
pub mod nodes;
mod runs;
pub mod script;
pub mod signature;
pub mod stdlib;
pub mod tree;
