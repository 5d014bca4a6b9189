//! Writing a package: members into a zip, the zip into age, age into the carriers, in one pass.
//!
//! Members are read, summed and deflated on all processors, a batch at a time, and only what they shrink to is held in
//! memory; what does not shrink, and what is beyond all measure, goes through one by one without being held. A member that does not shrink is stored: PDFs are deflated within
//! already, and a stored member can be read even from a damaged zip.

use std::io::{self, Read, Write};

use age::Encryptor;
use chrono::{Datelike, NaiveDateTime, Timelike};
use rayon::prelude::*;
use zip::result::ZipError;
use zip::write::{PreparedZipFile, SimpleFileOptions, StreamWriter, ZipFileBuilder};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{INNER_SUMS, Package, Source};
use crate::archive::bag::{BagPath, Manifest};
use crate::archive::progress::Progress;
use crate::archive::sum::{Sum, Summing};
use crate::error::{Error, Result};

/// A member up to this size is held whole.
const SMALL: u64 = 4 * 1024 * 1024;

/// A member up to this size is deflated beside others, where it shrinks.
const LARGE: u64 = 512 * 1024 * 1024;

/// About so many bytes are held at a time.
const BATCH: u64 = 64 * 1024 * 1024;

/// What a member that shrinks shrinks to at least: a journal, its ledger and its tables take a fourth.
const SHRUNK: u64 = 4;

/// How much of a large member is tried to see whether it shrinks.
const SAMPLE: u64 = 256 * 1024;

/// A zip cannot hold a member over 4 GiB without being told beforehand.
const ZIP64_FROM: u64 = 0xFFFF_0000;

/// Half the time of zlib's usual 6, for a fifteenth more bytes.
const LEVEL: i64 = 3;

type Zip<W> = ZipWriter<StreamWriter<age::stream::StreamWriter<W>>>;

/// Writes the whole package into `out`. `modified` becomes the time of every member, so that no clock is read here.
pub fn write<W: Write>(
    package: &Package,
    recipients: &[age::x25519::Recipient],
    modified: NaiveDateTime,
    out: W,
    progress: &dyn Progress,
) -> Result<W> {
    let failed = |cause: io::Error| unwritten(package, &cause);
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|recipient| recipient as &dyn age::Recipient))
        .map_err(|cause| failed(io::Error::other(cause)))?;
    let encrypted = encryptor.wrap_output(out).map_err(failed)?;
    let modified = zip_time(modified);
    let mut writer = Writer { zip: ZipWriter::new_stream(encrypted), sums: Manifest::default(), modified, progress };
    writer.write_members(package)?;
    let sums = writer.sums.to_string();
    writer.add_prepared(package, prepare(INNER_SUMS, sums.as_bytes(), modified).map_err(failed)?)?;
    let encrypted = writer.zip.finish().map_err(|cause| failed(plain(cause)))?.into_inner();
    encrypted.finish().map_err(failed)
}

struct Writer<'a, W: Write> {
    zip: Zip<W>,
    sums: Manifest,
    modified: DateTime,
    progress: &'a dyn Progress,
}

impl<W: Write> Writer<'_, W> {
    fn write_members(&mut self, package: &Package) -> Result<()> {
        let mut batch = Vec::new();
        let mut held = 0;
        for (path, source) in &package.members {
            let size = source.size()?;
            let deflated = size <= SMALL || (size <= LARGE && shrinks(source, self.modified)?);
            if !deflated {
                self.write_batch(package, &std::mem::take(&mut batch))?;
                held = 0;
                self.write_large(package, path, source, size)?;
                continue;
            }
            batch.push((path, source, size));
            held += if size <= SMALL { size } else { size / SHRUNK };
            if held >= BATCH {
                self.write_batch(package, &std::mem::take(&mut batch))?;
                held = 0;
            }
        }
        self.write_batch(package, &batch)
    }

    fn write_batch(&mut self, package: &Package, batch: &[(&BagPath, &Source, u64)]) -> Result<()> {
        let (modified, progress) = (self.modified, self.progress);
        let prepared: Vec<Result<(Sum, PreparedZipFile)>> = batch
            .par_iter()
            .with_max_len(1)
            .map(|(path, source, size)| match *size <= SMALL {
                true => prepare_whole(path, source, modified, progress),
                false => prepare_stream(path, source, modified, progress),
            })
            .collect();
        for ((path, ..), prepared) in batch.iter().zip(prepared) {
            let (sum, file) = prepared?;
            self.add_prepared(package, file)?;
            self.sums.insert((*path).clone(), sum);
        }
        Ok(())
    }

    fn add_prepared(&mut self, package: &Package, file: PreparedZipFile) -> Result<()> {
        self.zip.add_prepared_file(file).map_err(|cause| unwritten(package, &plain(cause)))
    }

    fn write_large(&mut self, package: &Package, path: &BagPath, source: &Source, size: u64) -> Result<()> {
        let method =
            if shrinks(source, self.modified)? { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let options = options(method, self.modified).large_file(size >= ZIP64_FROM);
        self.zip.start_file(path.as_str(), options).map_err(|cause| unwritten(package, &plain(cause)))?;
        let mut reader = Summing::new(source.open()?);
        let mut block = vec![0; 256 * 1024];
        loop {
            let read = reader.read(&mut block).map_err(|cause| source.fault(&cause))?;
            if read == 0 {
                break;
            }
            self.zip.write_all(&block[..read]).map_err(|cause| unwritten(package, &cause))?;
            self.progress.advance(read as u64);
        }
        let (sum, _, _) = reader.finish();
        self.sums.insert(path.clone(), sum);
        Ok(())
    }
}

/// The time as a zip holds it: between 1980 and 2107, or the beginning of that where it does not fit.
fn zip_time(time: NaiveDateTime) -> DateTime {
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    let (date, clock) = (time.date(), time.time());
    u16::try_from(date.year())
        .ok()
        .and_then(|year| {
            let (month, day) = (small(date.month()), small(date.day()));
            let (hour, minute, second) = (small(clock.hour()), small(clock.minute()), small(clock.second()));
            DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
        })
        .unwrap_or_default()
}

fn options(method: CompressionMethod, modified: DateTime) -> SimpleFileOptions {
    let level = (method == CompressionMethod::Deflated).then_some(LEVEL);
    let options = SimpleFileOptions::default().compression_method(method).compression_level(level);
    options.last_modified_time(modified).unix_permissions(0o644)
}

/// A member in memory, deflated where that saves anything.
fn prepare(name: &str, content: &[u8], modified: DateTime) -> io::Result<PreparedZipFile> {
    // Of a PDF, deflated within already, only the beginning is tried in vain.
    let beginning = content.get(..SAMPLE as usize).unwrap_or(content);
    if beginning.len() == content.len() || sample_shrinks(beginning, modified) {
        let deflated = PreparedZipFile::from_data(name, options(CompressionMethod::Deflated, modified), content)?;
        if deflated.compressed_size() < deflated.uncompressed_size() {
            return Ok(deflated);
        }
    }
    Ok(PreparedZipFile::from_data(name, options(CompressionMethod::Stored, modified), content)?)
}

fn prepare_whole(
    path: &BagPath,
    source: &Source,
    modified: DateTime,
    progress: &dyn Progress,
) -> Result<(Sum, PreparedZipFile)> {
    let mut content = Vec::new();
    source.open()?.read_to_end(&mut content).map_err(|cause| source.fault(&cause))?;
    let file = prepare(path.as_str(), &content, modified).map_err(|cause| source.fault(&cause))?;
    progress.advance(content.len() as u64);
    Ok((Sum::of(&content), file))
}

/// A member of which only the deflated bytes are held.
fn prepare_stream(
    path: &BagPath,
    source: &Source,
    modified: DateTime,
    progress: &dyn Progress,
) -> Result<(Sum, PreparedZipFile)> {
    let mut reader = Summing::new(source.open()?);
    let mut deflate = || -> io::Result<PreparedZipFile> {
        let mut builder = ZipFileBuilder::new(path.as_str(), options(CompressionMethod::Deflated, modified))?;
        let mut block = vec![0; 256 * 1024];
        loop {
            let read = reader.read(&mut block)?;
            if read == 0 {
                return Ok(builder.finish()?);
            }
            builder.write_all(&block[..read])?;
            progress.advance(read as u64);
        }
    };
    let file = deflate().map_err(|cause| source.fault(&cause))?;
    Ok((reader.finish().0, file))
}

/// Whether deflating the beginning of a member saves a fiftieth of it at least.
fn shrinks(source: &Source, modified: DateTime) -> Result<bool> {
    let mut sample = Vec::new();
    source.open()?.take(SAMPLE).read_to_end(&mut sample).map_err(|cause| source.fault(&cause))?;
    Ok(sample_shrinks(&sample, modified))
}

fn sample_shrinks(sample: &[u8], modified: DateTime) -> bool {
    PreparedZipFile::from_data("sample", options(CompressionMethod::Deflated, modified), sample)
        .is_ok_and(|deflated| deflated.compressed_size() < deflated.uncompressed_size() / 50 * 49)
}

/// What went wrong below the zip. The zip crate's own conversion would bury it in another error.
fn plain(cause: ZipError) -> io::Error {
    match cause {
        ZipError::Io(cause) => cause,
        other => io::Error::other(other),
    }
}

/// The carriers' own error comes through the writer as it was; anything else is told with the package's name.
fn unwritten(package: &Package, cause: &io::Error) -> Error {
    match cause.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) => error.clone(),
        None => {
            Error::environment(format!("не удалось записать пакет «{}» ({cause})", package.name())).next("повторите")
        }
    }
}
