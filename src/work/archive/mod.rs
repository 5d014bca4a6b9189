//! Archives of this school's journal: how they are made, checked, healed and opened, and what the journal learns of it.
//!
//! The layer below ([`crate::archive`]) knows packages and carriers and no run; here it meets entries, rules and documents.
//!
//! * [`make`]: from a period's name to two recorded copies (§5.5); [`fit`]: whether carriers may take them; [`interrupted`]:
//!   what a run that was killed left;
//! * [`backup`]: the copy of any day (§5.5.1), and which of them stay;
//! * [`derive`]: archives made from archives: for new keys, and of what is kept for 25 years;
//! * [`complete`]: the second copy of an archive that has only one;
//! * [`due`]: which archive a period's name means, and whether it is time for it;
//! * [`trust`]: what the journal can say of an archive, and [`witnesses`]: what an archive can say of the journal;
//! * [`status`]: how the archives stand, and what is due;
//! * [`checked`]: archives verified where they lie, and what the journal learns of it; [`judge`]: what is inside one,
//!   judged; [`act`]: the act on a verification;
//! * [`destroyed`]: an older journal whose term is over, and what stays of it;
//! * [`healed`]: damaged archives made whole again; [`opened`]: the journal and its documents taken out of one.

pub mod act;
mod backup;
mod checked;
mod complete;
mod derive;
pub mod destroyed;
mod due;
mod fit;
mod healed;
mod interrupted;
mod judge;
mod make;
mod opened;
pub mod status;
mod trust;
pub mod witnesses;

#[cfg(test)]
mod tests;

pub use backup::{Keep, MadeBackup, NewBackup, backup};
pub use checked::{Checked, Checks, Doubt, Entered, Verification, each_once, enter, verify};
pub(in crate::work) use checked::{damaged_files, depth_of, verdict_of};
pub use complete::{Completed, Completion, complete};
pub use derive::{Derived, extract_summaries, rekey};
pub(super) use due::Due;
pub use healed::{Damaged, damaged, enter_repair, heal, record_repair};
pub(super) use make::recipients;
pub use make::{Made, NewArchive, create};
pub use opened::{Opening, one_bag, restore};
pub use trust::Witness;
