//! What somebody who holds an archive trusts already, as options.

use crate::archive::anchor::{Anchor, Code};
use crate::error::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Anchors {
    /// Отпечаток ключа подписавшего из акта или реестра ключей: SHA256:…
    #[arg(long, visible_alias = "подписавший", value_name = "ОТПЕЧАТОК")]
    signer: Option<String>,
    /// Код архива из акта
    #[arg(long, visible_alias = "код-архива", value_name = "КОД")]
    expect: Option<String>,
    /// Архив, которому вы уже доверяете
    #[arg(long, visible_alias = "доверенный", value_name = "ПАПКА")]
    trusted: Option<PathBuf>,
}

impl Anchors {
    /// The fingerprint and the archive that were given.
    pub fn given(&self) -> Result<Vec<Anchor<'static>>> {
        let mut anchors = Vec::new();
        anchors.extend(self.signer.as_deref().map(Anchor::signer).transpose()?);
        anchors.extend(self.trusted.clone().map(Anchor::Bag));
        Ok(anchors)
    }

    /// The code that was given.
    pub fn code(&self) -> Result<Option<Code>> {
        self.expect.as_deref().map(Code::parse).transpose()
    }
}
