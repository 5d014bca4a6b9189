//! What is kept of the packets of PAR2 files: each of a set once, and no more than a bound, whatever the files hold.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::packet::{self, Hash, Packet, number};
use crate::error::reason;
use crate::school::{BYTES, counted};

/// More descriptions and recovery slices than this, in bytes of memory, are not kept. A set of the most slices that there
/// can be takes a hundredth of it.
const MAX_KEPT: usize = 64 * 1024 * 1024;

/// What a place of a recovery slice takes, and what a set that nothing else is known of.
const KEPT_A_SLICE: usize = 128;
const KEPT_A_SET: usize = 512;

/// Said of a file whose packets were not all kept.
pub(super) const TOO_MUCH: &str = "пакетов PAR2 больше, чем бывает: остальные не читаются";

/// Packets by their sets, each kept once.
#[derive(Default)]
pub(super) struct Packets {
    pub sets: HashMap<Hash, OfSet>,
    /// The sets, in the order in which they were met.
    pub order: Vec<Hash>,
    kept: usize,
}

/// The packets of one set.
#[derive(Default)]
pub(super) struct OfSet {
    pub main: Option<Vec<u8>>,
    pub descriptions: HashMap<Hash, Vec<u8>>,
    pub checksums: HashMap<Hash, Vec<u8>>,
    /// Where the data of a recovery slice are, by exponent and file: where its packet's body begins, and its length.
    pub slices: BTreeMap<(u32, PathBuf), (u64, u64)>,
}

impl Packets {
    /// The packets of a file, and why it is not whole.
    pub fn of(path: &Path) -> (Self, Option<String>) {
        let (mut packets, mut count, mut kept) = (Self::default(), 0_usize, true);
        let stray = packet::find(path, |packet| {
            count += 1;
            kept &= packets.add(path, packet);
        });
        let fault = match stray {
            Err(cause) => Some(format!("не читается ({})", reason(&cause))),
            Ok(_) if count == 0 => Some("в нём нет ни одного целого пакета PAR2".to_owned()),
            Ok(_) if !kept => Some(TOO_MUCH.to_owned()),
            Ok(0) => None,
            Ok(stray) => Some(format!("повреждён: {} вне целых пакетов PAR2", counted(stray, BYTES))),
        };
        (packets, fault)
    }

    /// Keeps a packet; `false` where there is no room for it.
    fn add(&mut self, path: &Path, packet: Packet) -> bool {
        if !self.sets.contains_key(&packet.set) {
            if !has_room(&mut self.kept, KEPT_A_SET) {
                return false;
            }
            self.order.push(packet.set);
        }
        let (size, id) = (packet.body.len(), packet.body.get(..16).and_then(|id| <Hash>::try_from(id).ok()));
        let set = self.sets.entry(packet.set).or_default();
        match (&packet.kind, id) {
            (packet::MAIN, _) if set.main.is_none() => {
                let fits = has_room(&mut self.kept, size);
                set.main = fits.then_some(packet.body);
                fits
            }
            (packet::FILE_DESCRIPTION, Some(id)) => keep_within(&mut self.kept, &mut set.descriptions, id, packet.body),
            (packet::SLICE_CHECKSUMS, Some(id)) => keep_within(&mut self.kept, &mut set.checksums, id, packet.body),
            (packet::RECOVERY_SLICE, _) => {
                let Ok(exponent) = u32::try_from(number(packet.body.get(..4).unwrap_or_default())) else { return true };
                let (place, key) = ((packet.at, packet.length), (exponent, path.to_owned()));
                let fits = set.slices.contains_key(&key) || has_room(&mut self.kept, KEPT_A_SLICE);
                if fits {
                    set.slices.insert(key, place);
                }
                fits
            }
            _ => true,
        }
    }

    /// Takes in the packets of another file, if there is room for those that are new; `false` where there is not.
    pub fn take_in(&mut self, other: Self) -> bool {
        let is_new = |id: &Hash, of: &OfSet| {
            let here = self.sets.get(id);
            let of_bodies = |bodies: &HashMap<Hash, Vec<u8>>, here: Option<&HashMap<Hash, Vec<u8>>>| -> usize {
                let new = bodies.iter().filter(|(id, _)| here.is_none_or(|here| !here.contains_key(*id)));
                new.map(|(_, body)| body.len()).sum()
            };
            of_bodies(&of.descriptions, here.map(|here| &here.descriptions))
                + of_bodies(&of.checksums, here.map(|here| &here.checksums))
                + of.slices.len() * KEPT_A_SLICE
                + here.map_or(KEPT_A_SET, |_| 0)
                + of.main.as_ref().filter(|_| here.is_none()).map_or(0, Vec::len)
        };
        let new: usize = other.sets.iter().map(|(id, of)| is_new(id, of)).sum();
        if self.kept.saturating_add(new) > MAX_KEPT {
            return false;
        }
        self.kept += new;
        for id in other.order {
            if !self.sets.contains_key(&id) {
                self.order.push(id);
            }
        }
        for (id, of) in other.sets {
            let here = self.sets.entry(id).or_default();
            here.main = here.main.take().or(of.main);
            for (id, body) in of.descriptions {
                keep(&mut here.descriptions, id, body);
            }
            for (id, body) in of.checksums {
                keep(&mut here.checksums, id, body);
            }
            here.slices.extend(of.slices);
        }
        true
    }
}

/// Counts so many bytes more, if there is room for them.
fn has_room(kept: &mut usize, bytes: usize) -> bool {
    let sum = kept.saturating_add(bytes);
    let fits = sum <= MAX_KEPT;
    if fits {
        *kept = sum;
    }
    fits
}

/// Keeps a body under its id, if it is there already or there is room for it.
fn keep_within(kept: &mut usize, bodies: &mut HashMap<Hash, Vec<u8>>, id: Hash, body: Vec<u8>) -> bool {
    let fits = bodies.contains_key(&id) || has_room(kept, body.len());
    if fits {
        keep(bodies, id, body);
    }
    fits
}

/// Keeps a body under its id. Whether one was there already.
fn keep(bodies: &mut HashMap<Hash, Vec<u8>>, id: Hash, body: Vec<u8>) -> bool {
    let is_there = bodies.contains_key(&id);
    bodies.entry(id).or_insert(body);
    is_there
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A file of packets, which are handed over by their kind and body.
    fn file(dir: &Path, packets: impl Iterator<Item = (Hash, &'static [u8; 16], Vec<u8>)>) -> PathBuf {
        let path = dir.join("hostile.par2");
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        for (set, kind, body) in packets {
            file.write_all(&packet::packet(&set, kind, body)).unwrap();
        }
        file.flush().unwrap();
        path
    }

    fn id(number: u32) -> Hash {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_le_bytes());
        id
    }

    #[test]
    fn no_number_of_packets_sets_or_exponents_is_kept_beyond_the_bound() {
        let dir = tempfile::tempdir().unwrap();
        let many = u32::try_from(MAX_KEPT / KEPT_A_SLICE).unwrap() + 100_000;
        let slices = (0..many).map(|number| ([7; 16], packet::RECOVERY_SLICE, number.to_le_bytes().to_vec()));
        let sets = (0..many / 4).map(|number| (id(number), packet::CREATOR, b"x".to_vec()));
        let bodies = (0..300).map(|number| {
            let body = [id(number).to_vec(), vec![0; 1 << 18]].concat();
            ([7; 16], packet::SLICE_CHECKSUMS, body)
        });
        let packets: [Box<dyn Iterator<Item = _>>; 3] = [Box::new(slices), Box::new(sets), Box::new(bodies)];
        for packets in packets {
            let (kept, fault) = Packets::of(&file(dir.path(), packets));
            assert_eq!(fault.as_deref(), Some(TOO_MUCH));
            assert!(kept.sets.len() <= MAX_KEPT / KEPT_A_SET);
            let slices: usize = kept.sets.values().map(|set| set.slices.len()).sum();
            let bodies: usize = kept.sets.values().flat_map(|set| set.checksums.values()).map(Vec::len).sum();
            assert!(slices <= MAX_KEPT / KEPT_A_SLICE + 1 && bodies <= MAX_KEPT + (1 << 19), "{slices} {bodies}");
        }
    }

    #[test]
    fn of_several_files_together_no_more_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let half = |set: u8| {
            let bodies = (0..5).map(move |number| {
                ([set; 16], packet::FILE_DESCRIPTION, [id(number).to_vec(), vec![0; (8 << 20) - 64]].concat())
            });
            Packets::of(&file(dir.path(), bodies)).0
        };
        let mut all = Packets::default();
        assert!(all.take_in(half(7)) && all.take_in(half(7)), "the same again");
        assert!(!all.take_in(half(9)) && all.kept <= MAX_KEPT);
    }

    #[test]
    fn a_packet_that_stands_in_every_file_is_kept_once() {
        let dir = tempfile::tempdir().unwrap();
        let packets = (0..20_000).map(|_| ([7; 16], packet::SLICE_CHECKSUMS, vec![0; 4096]));
        let (kept, fault) = Packets::of(&file(dir.path(), packets));
        assert_eq!((fault, kept.sets[&[7; 16]].checksums.len()), (None, 1));
    }
}
