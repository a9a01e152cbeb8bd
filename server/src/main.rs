use std::process::ExitCode;

/// Gives memory back that the system's allocator keeps in pieces, and asks for less of it under load (docs/benchmarks/memory.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::cli::main()
}
