//! The targets: each is a function of any bytes that panics where a property does not hold. None
//! knows who calls it, libFuzzer or the tests.

pub mod baseline;
pub mod codeowners;
pub mod configuration;
pub mod diff;
pub mod exceptions;
pub mod git;
pub mod layout;
pub mod reading;
pub mod several;
pub mod support;
pub mod whole;
