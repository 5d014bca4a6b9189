//! What the system says of the device behind a path. The only file that may assume Linux; elsewhere nothing is known.

use crate::error::{Error, Result};
use std::path::Path;

/// Refuses a file on a network file system, where SQLite's locks and its write-ahead log do not hold.
///
/// # Errors
/// A path on NFS, SMB or the like.
#[cfg(target_os = "linux")]
pub fn refuse_network_file(path: &Path) -> Result<()> {
    const NETWORK: [rustix::fs::FsWord; 6] = [0x6969, 0xff53_4d42, 0xfe53_4d42, 0x517b, 0x0102_1997, 0x0bd0_0bd0];
    match rustix::fs::statfs(path) {
        Ok(stat) if NETWORK.contains(&stat.f_type) => {
            Err(Error::environment(format!("журнал «{}» лежит в сети, там он не защищён от порчи", path.display()))
                .next("держите журнал на диске одного компьютера"))
        }
        _ => Ok(()),
    }
}

/// Nothing is known of the device.
#[cfg(not(target_os = "linux"))]
pub fn refuse_network_file(_path: &Path) -> Result<()> {
    Ok(())
}
