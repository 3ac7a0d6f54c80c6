//! A plain value on its way across: MessagePack with member names, made and read once.

use std::fmt;

use abi_stable::StableAbi;
use abi_stable::std_types::RVec;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ErrorKind, ProviderError};

/// A value as MessagePack.
///
/// Its layout doesn't depend on the value's type: what a type may gain without breaking the other
/// side is ruled by `serde` (see the crate's documentation). Each place that takes one says of what
/// type it is.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct Packed(RVec<u8>);

impl Packed {
    /// Packs a value.
    pub fn pack(value: &impl Serialize) -> Result<Self, ProviderError> {
        match rmp_serde::to_vec_named(value) {
            Ok(bytes) => Ok(Self(bytes.into())),
            Err(error) => Err(ProviderError::new(
                ErrorKind::Internal,
                format!("a value could not be packed for the plugin boundary: {error}"),
            )),
        }
    }

    /// Reads the value; one that this side doesn't understand is an `invalid_request` that says what
    /// it stumbled over.
    pub fn unpack<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        rmp_serde::from_slice(&self.0).map_err(|error| {
            ProviderError::new(
                ErrorKind::InvalidRequest,
                format!(
                    "interface {} does not understand what was sent: {error}",
                    crate::INTERFACE_VERSION
                ),
            )
        })
    }

    /// The bytes, for a crossing by another version's definition.
    pub fn into_bytes(self) -> RVec<u8> {
        self.0
    }

    /// What crossed by another version's definition.
    pub fn from_bytes(bytes: RVec<u8>) -> Self {
        Self(bytes)
    }

    /// Packs an error. It can't fail: what can't be packed is read as an error that says so.
    pub fn error(error: &ProviderError) -> Self {
        Self::pack(error).unwrap_or(Self(RVec::new()))
    }

    /// The error that was packed, or one that says why it can't be read.
    pub fn into_error(self) -> ProviderError {
        self.unpack().unwrap_or_else(|unreadable| unreadable)
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Packed({} bytes)", self.0.len())
    }
}
