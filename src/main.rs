//! The program `letopis`: everything is in the library, see `letopis::cli`.

#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    letopis::cli::main()
}
