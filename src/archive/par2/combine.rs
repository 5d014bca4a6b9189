//! Sums of many slices, each times a factor of its own: what making recovery slices and undoing them have in common.
//!
//! Slices are worked on a stretch at a time, so that the sums of all outputs fit into [`MEMORY`] whatever the size of
//! the slices; within a stretch, a few inputs at a time, read while those before them are added up on all processors.

use rayon::prelude::*;

use super::kernel::{BLOCK, Kernel, planar_len, to_planes};

/// What the sums of one stretch may take.
const MEMORY: u64 = 64 * 1024 * 1024;

/// How much of an input is read at a time at most: beyond this, larger reads gain nothing.
const MAX_STRETCH: u64 = 1024 * 1024;

/// So many inputs are read and then added up together.
const BATCH: usize = 16;

/// The part of an input and of an output that stays in the nearest cache.
const TILE: usize = 16 * 1024;

/// A stretch of every slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where it begins in the slice.
    pub at: u64,
    pub length: usize,
}

/// Cuts slices into stretches for so many outputs.
pub fn stretches(slice: u64, outputs: usize) -> impl Iterator<Item = Stretch> {
    let room = MEMORY / outputs.max(1) as u64 / BLOCK as u64 * BLOCK as u64;
    let step = room.clamp(4096, MAX_STRETCH);
    (0..slice.div_ceil(step)).map(move |n| {
        let at = n * step;
        Stretch { at, length: usize::try_from(step.min(slice - at)).unwrap_or_default() }
    })
}

/// The sums of one stretch, in planes.
pub struct Sums {
    kernel: Kernel,
    outputs: Vec<Vec<u8>>,
}

impl Sums {
    /// So many sums, all zero.
    pub fn zero(outputs: usize, stretch: Stretch) -> Self {
        Self { kernel: Kernel::best(), outputs: vec![vec![0; planar_len(stretch.length)]; outputs] }
    }

    /// Adds the inputs that `read` gives, in order: `read` fills the buffer with the stretch of an input, and
    /// `factor` tells what it counts in an output.
    ///
    /// # Errors
    /// The first of `read`.
    pub fn add<E: Send>(
        &mut self,
        inputs: &[usize],
        stretch: Stretch,
        factor: impl Fn(usize, usize) -> u16 + Sync,
        mut read: impl FnMut(usize, &mut [u8]) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let mut batches = inputs.chunks(BATCH);
        let mut words = vec![0; stretch.length];
        let mut fill = |batch: &[usize]| -> Result<Vec<Vec<u8>>, E> {
            let mut planes = Vec::with_capacity(batch.len());
            for input in batch {
                read(*input, &mut words)?;
                let mut plane = vec![0; planar_len(stretch.length)];
                to_planes(&words, &mut plane);
                planes.push(plane);
            }
            Ok(planes)
        };
        let Some(mut batch) = batches.next() else { return Ok(()) };
        let mut planes = fill(batch)?;
        loop {
            let next = batches.next();
            let ((), ready) = rayon::join(
                || self.add_planes(batch, &planes, &factor),
                || next.map(|batch| fill(batch).map(|planes| (batch, planes))).transpose(),
            );
            match ready? {
                Some(ready) => (batch, planes) = ready,
                None => return Ok(()),
            }
        }
    }

    /// Adds inputs that are in planes already.
    pub fn add_planes(&mut self, inputs: &[usize], planes: &[Vec<u8>], factor: &(impl Fn(usize, usize) -> u16 + Sync)) {
        let kernel = self.kernel;
        self.outputs.par_iter_mut().enumerate().for_each(|(output, sum)| {
            let factors: Vec<_> = inputs.iter().map(|input| kernel.factor(factor(output, *input))).collect();
            for at in (0..sum.len()).step_by(TILE) {
                let end = sum.len().min(at + TILE);
                for (factor, plane) in factors.iter().zip(planes) {
                    factor.multiply_add(&plane[at..end], &mut sum[at..end]);
                }
            }
        });
    }

    /// The sums so far, in planes, to begin with something else than zero.
    pub fn planes_mut(&mut self) -> impl Iterator<Item = &mut Vec<u8>> {
        self.outputs.iter_mut()
    }

    /// The sums themselves, in planes.
    pub fn into_planes(self) -> Vec<Vec<u8>> {
        self.outputs
    }
}
