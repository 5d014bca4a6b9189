//! Writing packages: members into a zip, the zip into age, age into the carriers, in one pass.

use std::io::{self, Read, Write};

use age::Encryptor;
use chrono::{Datelike, NaiveDateTime, Timelike};
use zip::result::ZipError;
use zip::{DateTime, ZipWriter};

use super::deflate::{Ahead, Ready, options, prepare};
use super::{INNER_SUMS, Package, Source};
use crate::archive::bag::Manifest;
use crate::archive::progress::Progress;
use crate::archive::sum::{Sum, Summing};
use crate::error::{Error, Result, copy_of};

/// A zip cannot hold a member over 4 GiB without being told beforehand.
const ZIP64_FROM: u64 = 0xFFFF_0000;

/// Writes the packages of one archive, one after another.
pub struct Packer<'a> {
    packages: std::slice::Iter<'a, Package>,
    recipients: &'a [age::x25519::Recipient],
    modified: DateTime,
    ahead: Ahead<'a>,
    progress: &'a dyn Progress,
}

impl<'a> Packer<'a> {
    /// Whoever holds a key of the `recipients` can open them. `modified` becomes the time of every member, so that no
    /// clock is read here.
    pub fn new(
        packages: &'a [Package],
        recipients: &'a [age::x25519::Recipient],
        modified: NaiveDateTime,
        progress: &'a dyn Progress,
    ) -> Self {
        let modified = zip_time(modified);
        let ahead = Ahead::new(packages, modified, progress);
        Self { packages: packages.iter(), recipients, modified, ahead, progress }
    }

    /// Writes the next package, whole, into what `out` opens for it. `None` after the last.
    pub fn write_next<W: Write>(&mut self, out: impl FnOnce(&Package) -> Result<W>) -> Result<Option<W>> {
        let Some(package) = self.packages.next() else { return Ok(None) };
        let failed = |cause: io::Error| unwritten(package, &cause);
        let recipients = self.recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients).map_err(|cause| failed(io::Error::other(cause)))?;
        let encrypted = encryptor.wrap_output(out(package)?).map_err(failed)?;
        let mut zip = ZipWriter::new_stream(encrypted);
        let mut sums = Manifest::default();
        for member in self.ahead.by_ref().take(package.members.len()) {
            let (path, source, ready) = member?;
            let sum = match ready {
                Ready::Deflated(sum, file) => {
                    zip.add_prepared_file(*file).map_err(|cause| failed(plain(cause)))?;
                    sum
                }
                Ready::Through(method) => {
                    let options = options(method, self.modified).large_file(source.size()? >= ZIP64_FROM);
                    zip.start_file(path.as_str(), options).map_err(|cause| failed(plain(cause)))?;
                    pass_through(package, source, &mut zip, self.progress)?
                }
            };
            sums.insert(path.clone(), sum);
        }
        let sums = prepare(INNER_SUMS, sums.to_string().as_bytes(), self.modified).map_err(failed)?;
        zip.add_prepared_file(sums).map_err(|cause| failed(plain(cause)))?;
        let encrypted = zip.finish().map_err(|cause| failed(plain(cause)))?.into_inner();
        encrypted.finish().map_err(failed).map(Some)
    }
}

fn pass_through(package: &Package, source: &Source, out: &mut impl Write, progress: &dyn Progress) -> Result<Sum> {
    let mut reader = Summing::new(source.open()?);
    let mut block = vec![0; 256 * 1024];
    loop {
        let read = reader.read(&mut block).map_err(|cause| source.fault(&cause))?;
        if read == 0 {
            return Ok(reader.finish().0);
        }
        out.write_all(&block[..read]).map_err(|cause| unwritten(package, &cause))?;
        progress.advance(read as u64);
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
        None => Error::environment(format!("не удалось записать пакет «{}» ({cause})", package.name()))
            .next("повторите")
            .caused_by(copy_of(cause)),
    }
}
