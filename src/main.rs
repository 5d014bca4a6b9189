//! The program `letopis`: everything is in the library, see `letopis::cli`.

/// One allocator on every platform. A ledger is walked in small texts that several threads make and drop; musl's and
/// Windows' own allocators are slow at just that (`docs/decisions/0008-dependencies.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    use letopis::web;
    letopis::cli::main(letopis::work::seat::Faces { desk: web::desk::open, server: web::serve::SERVER })
}
