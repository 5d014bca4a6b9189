//! Why a file is not taken that the system would give: what [`crate::files`] says through an [`std::io::Error`].

use std::fmt;
use std::io;

/// The reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// A component of its path is a link.
    Link,
    /// A link in a folder that others may write to, and that another has put there.
    LinkOfAnother,
    /// A link behind which nothing is: whatever is made there would lie where its maker does not look for it.
    LinkToNothing,
    /// A FIFO, a device, a socket.
    Special,
    /// A folder where a file is expected.
    Folder,
    /// Something else where a folder is expected.
    NotAFolder,
    /// A file that claims far more bytes than lie on the disk.
    Holes,
    /// More bytes than this.
    Large(u64),
}

impl NotTaken {
    /// The reason behind an error of the system.
    pub fn behind(cause: &io::Error) -> Option<&Self> {
        cause.get_ref()?.downcast_ref()
    }

    /// What its reader does about it.
    pub(super) fn way_out(&self) -> &'static str {
        match self {
            Self::Link => "уберите ссылку и положите на её место сам файл или папку",
            Self::LinkOfAnother => "назовите файл или папку прямо, без чужой ссылки",
            Self::LinkToNothing => "уберите ссылку или назовите место прямо",
            Self::Special | Self::Folder => "укажите обычный файл",
            Self::NotAFolder => "укажите папку",
            Self::Holes => "файл не настоящий или повреждён: возьмите другую копию",
            Self::Large(_) => "укажите тот файл, который нужен",
        }
    }
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link => {
                f.write_str("это ссылка или путь к нему идёт через ссылку, а по чужим ссылкам ничего не открывается")
            }
            Self::LinkOfAnother => f.write_str("путь идёт через ссылку, которую поставил кто-то другой"),
            Self::LinkToNothing => f.write_str("путь идёт через ссылку, которая ведёт туда, где ничего нет"),
            Self::Special => f.write_str("это не файл, а канал, устройство или сокет"),
            Self::Folder => f.write_str("это папка, а не файл"),
            Self::NotAFolder => f.write_str("это не папка"),
            Self::Holes => f.write_str("файл состоит из пустот: на диске лежит лишь малая часть того, что он обещает"),
            Self::Large(bytes) => write!(f, "файл слишком велик: принимается не больше {} КиБ", bytes.div_ceil(1024)),
        }
    }
}

impl std::error::Error for NotTaken {}

impl From<NotTaken> for io::Error {
    fn from(why: NotTaken) -> Self {
        Self::new(io::ErrorKind::InvalidInput, why)
    }
}
