//! The dialogue in which a person decides change by change. What is decided, and what is shown, is
//! worked out without a terminal: keys go in, screens come out.
//!
//! - `item`: what there is to decide about;
//! - `decision`: what was decided, and how it is written in files;
//! - `model`: what goes into the dialogue, and what comes out;
//! - `state`: the dialogue;
//! - `keys`: which keys are valid, and what they do;
//! - `screen`: what is shown;
//! - `text`: lines that fit a screen;
//! - `kept`: decisions on disk, as they are made;
//! - `terminal`: the only part that knows a terminal.

pub mod decision;
pub mod item;
pub mod kept;
pub mod keys;
pub mod model;
pub mod screen;
mod screen_lists;
pub mod state;
mod state_bulk;
mod state_modes;
pub mod terminal;
pub mod text;

#[cfg(test)]
mod tests;
