//! Who signs: the port between what is to be signed and whoever holds a key for it.
//!
//! An [`Identity`] at hand signs itself; an unlocked login or a stick in another process signs by being asked. Nobody who
//! records needs to know which.

use super::identity::{Identity, PublicIdentity, ssh_signature};
use crate::error::Result;

/// A key that can be asked for signatures.
pub trait Signer: Sync {
    /// Its public half.
    fn public(&self) -> PublicIdentity;

    /// Its Ed25519 signature (RFC 8032) of `message`.
    ///
    /// # Errors
    /// A key that cannot be reached, or whose holder declines.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64]>;

    /// Its SSHSIG signature of `message` in its armour, the same bytes that `ssh-keygen -Y sign -n NAMESPACE` writes.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    fn ssh_sign(&self, namespace: &str, message: &[u8]) -> Result<String> {
        ssh_signature(&self.public(), namespace, message, |signed| self.sign(signed))
    }
}

impl Signer for Identity {
    fn public(&self) -> PublicIdentity {
        Identity::public(self)
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        Ok(Identity::sign(self, message))
    }
}
