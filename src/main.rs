//! The `untrust` command line.
fn main() {}
