//! The program `letopis`: everything is in the library, see `letopis::cli`.

fn main() -> std::process::ExitCode {
    letopis::cli::main()
}
