//! Who has read what is noted in memory and written a few seconds later: two thousand pages a second are one small transaction.

use crate::journal::contacts::{Page, ReaderId};
use crate::school::PersonalFile;
use crate::web::serve::Served;
use crate::web::serve::log::Level;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// So long it may lie in memory alone.
const WAITS: Duration = Duration::from_secs(3);

impl Served {
    /// Notes that somebody has read a page of a child today.
    pub fn note_reading(&self, who: ReaderId, child: &PersonalFile, page: Page) {
        let key = (who, child.clone(), page, self.today());
        let mut noted = self.entrance.noted.lock().unwrap_or_else(PoisonError::into_inner);
        *noted.entry(key).or_default() += 1;
    }

    /// Writes what was noted.
    pub(in crate::web::serve) fn write_readings(&self) {
        let noted = std::mem::take(&mut *self.entrance.noted.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return;
        }
        if let Err(error) = self.contacts(|contacts| contacts.note_readings(&noted)) {
            self.log(Level::Warning, "readings_not_noted", &[("why", error.message().into())]);
            let mut again = self.entrance.noted.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, times) in noted {
                *again.entry(key).or_default() += times;
            }
        }
    }
}

/// Writes what was noted every few seconds, as long as the server runs.
pub fn start(served: &Arc<Served>) {
    let weak = Arc::downgrade(served);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(WAITS);
            match weak.upgrade() {
                Some(served) => served.write_readings(),
                None => return,
            }
        }
    });
}
