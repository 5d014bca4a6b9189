//! Many signatures, checked beside the work that they belong to.
//!
//! Checking a signature takes longer than judging and applying the entry that carries it, and depends on nothing but its
//! key. So signatures are handed over in blocks and checked on threads of their own, one by one and strictly
//! (`docs/decisions/0003-signatures-one-by-one.md`); what does not hold is told in the end.

use super::identity::{VerifyingPoint, verify};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// A record's signature that waits to be checked.
#[derive(Debug)]
pub struct Signed {
    /// The record's number.
    pub seq: u64,
    /// What was signed.
    pub message: Vec<u8>,
    /// The Ed25519 signature.
    pub signature: [u8; 64],
    /// The public key that it must be of.
    pub key: [u8; 32],
    /// Whether it is not the record's own but that of the strand's entry which the record carries.
    pub strand: bool,
}

/// A signature that does not hold: the record's number, and [`Signed::strand`].
pub type Bad = (u64, bool);

impl Signed {
    /// Whether it is the key's signature over exactly the message.
    pub fn holds(&self) -> bool {
        verify(&self.key, &self.message, &self.signature)
    }
}

/// So many blocks may wait, some 40 MiB of an audit's: who judges need not wait for who checks.
const WAITING: usize = 32;

/// Threads that check signatures.
pub struct Checker {
    blocks: SyncSender<Vec<Signed>>,
    threads: Vec<JoinHandle<Vec<Bad>>>,
}

impl Checker {
    /// Starts so many threads. Whoever hands over blocks faster than they are checked waits.
    pub fn start(threads: usize) -> Self {
        let (blocks, received) = sync_channel(WAITING);
        let received = Arc::new(Mutex::new(received));
        let check = |_| {
            let received = Arc::clone(&received);
            std::thread::spawn(move || check_all(&received))
        };
        Self { blocks, threads: (0..threads.max(1)).map(check).collect() }
    }

    /// Hands over a block.
    pub fn check(&self, block: Vec<Signed>) {
        // The other end goes away only by a panic, which is passed on when the threads are joined.
        let _ = self.blocks.send(block);
    }

    /// Waits until all are checked; gives those that do not hold, in order.
    pub fn finish(self) -> Vec<Bad> {
        drop(self.blocks);
        let join =
            |thread: JoinHandle<Vec<Bad>>| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let mut bad: Vec<Bad> = self.threads.into_iter().flat_map(join).collect();
        bad.sort_unstable();
        bad
    }
}

fn check_all(blocks: &Mutex<Receiver<Vec<Signed>>>) -> Vec<Bad> {
    let next = || blocks.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
    // A school has few keys and many signatures.
    let mut keys: HashMap<[u8; 32], Option<VerifyingPoint>> = HashMap::new();
    let mut holds = |signed: &Signed| {
        let key = keys.entry(signed.key).or_insert_with(|| VerifyingPoint::of(&signed.key));
        key.is_some_and(|key| key.verify(&signed.message, &signed.signature))
    };
    std::iter::from_fn(next)
        .flatten()
        .filter(|signed| !holds(signed))
        .map(|signed| (signed.seq, signed.strand))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;

    #[test]
    fn what_does_not_hold_is_told_by_its_number_whichever_thread_met_it() {
        let author = Identity::generate();
        let key = *author.public().key();
        let signed = |seq: u64| {
            let message = seq.to_be_bytes().to_vec();
            let mut signature = author.sign(&message);
            signature[40] ^= u8::from(seq.is_multiple_of(7));
            Signed { seq, message, signature, key, strand: seq.is_multiple_of(2) }
        };
        for threads in [0, 1, 4] {
            let checker = Checker::start(threads);
            for block in 0..20 {
                checker.check((block * 10 + 1..=block * 10 + 10).map(signed).collect());
            }
            assert_eq!(
                checker.finish(),
                (1..=200).filter(|seq| seq % 7 == 0).map(|seq| (seq, seq % 2 == 0)).collect::<Vec<Bad>>()
            );
        }
        let another = Signed { key: *Identity::generate().public().key(), ..signed(1) };
        assert!(signed(1).holds() && !another.holds());
    }
}
