//! Work that the server does by itself: a round of it now and then, on a thread of its own, so that nobody who asks or records
//! waits for it.

use super::Served;
use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Rounds that are made as long as the journal is served.
pub(super) struct Rounds {
    stop: Arc<AtomicBool>,
    /// Dropped when they are to end.
    wake: Sender<()>,
    /// Ends when the last has ended.
    gone: Receiver<()>,
}

/// Makes a round at once and then again and again, so long after the end of the one before. A round is told when it is to stop.
/// Whoever makes them begins on their thread: what he keeps from one to the next stays there.
///
/// # Errors
/// No thread to be had: what is not done then, in Russian, is `lacking`.
pub(super) fn start<R: FnMut(&Served, &AtomicBool)>(
    served: &Arc<Served>,
    name: &str,
    lacking: &str,
    between: Duration,
    begin: impl FnOnce() -> R + Send + 'static,
) -> Result<Rounds> {
    let (stop, (wake, woken), (leaves, gone)) = (Arc::new(AtomicBool::new(false)), channel(), channel());
    let (weak, told): (Weak<Served>, _) = (Arc::downgrade(served), Arc::clone(&stop));
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        let mut round = begin();
        while let Some(served) = weak.upgrade() {
            round(&served, &told);
            drop(served);
            if !matches!(woken.recv_timeout(between), Err(RecvTimeoutError::Timeout)) {
                break;
            }
        }
        drop(leaves);
    });
    started.map_err(|cause| {
        Error::environment(format!("{lacking}: {}", crate::error::reason(&cause)))
            .next("освободите память и запустите его снова")
    })?;
    Ok(Rounds { stop, wake, gone })
}

impl Rounds {
    /// Lets the round that is being made end, for at most so long.
    pub(super) fn stop(self, patience: Duration) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.wake);
        let _: std::result::Result<(), RecvTimeoutError> = self.gone.recv_timeout(patience);
    }
}
