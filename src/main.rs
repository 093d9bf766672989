//! The `untrust` command.

fn main() -> std::process::ExitCode {
    untrust::cli::run()
}
