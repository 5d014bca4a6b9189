//! How long work tells how far it is. The library reports steps and bytes; the program draws a bar, or nothing.

/// Receives the progress of one piece of work, from several threads at once.
pub trait Progress: Sync {
    /// A new step begins («запись», «проверка сумм»), of `bytes` in all, or of unknown length where 0.
    fn begin(&self, step: &str, bytes: u64);
    /// So many more bytes are done.
    fn advance(&self, bytes: u64);
}

/// Nobody watches.
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _step: &str, _bytes: u64) {}
    fn advance(&self, _bytes: u64) {}
}
