//! A library's root module, by the first version of the interface that fits it.

use abi_stable::library::{IsLayoutChecked, LibHeader, LibraryError};

use super::{Refusal, layout};
use crate::versions::Version;

/// Tries the versions in their order. If none fits, the refusal is that of the version which the
/// library says it was built against, else of the first of its major, else of the first.
pub(super) fn first_fit<M>(
    header: &'static LibHeader,
    versions: &[Version<M>],
) -> Result<M, Refusal> {
    // abi_stable takes a library at its word that exports no layout.
    if matches!(header.root_mod_consts().layout(), IsLayoutChecked::No) {
        return Err(Refusal::Unchecked);
    }
    let mut nearest = None;
    for version in versions {
        let error = match version.init(header) {
            Ok(module) => return Ok(module),
            Err(error) => error,
        };
        let number = version.number();
        tracing::debug!("a plugin doesn't fit interface {number}: {error}");
        let does_not_fit = matches!(
            error,
            LibraryError::AbiInstability(_) | LibraryError::IncompatibleVersionNumber { .. }
        );
        let refusal = refusal(error, header, number);
        if !does_not_fit {
            // It fits and is broken: asked by another version it would only break again.
            return Err(refusal);
        }
        let nearness = version.nearness(header.version_strings());
        if nearest.as_ref().is_none_or(|(best, _)| nearness > *best) {
            nearest = Some((nearness, refusal));
        }
    }
    Err(nearest.map_or_else(|| version(header, "none"), |(_, refusal)| refusal))
}

/// Why a library can't be opened by the version of this number.
fn refusal(error: LibraryError, header: &LibHeader, gateway: &'static str) -> Refusal {
    match error {
        LibraryError::AbiInstability(text) => Refusal::Layout {
            interface: header.version_strings().version.to_string(),
            gateway,
            difference: layout::last_difference(&text.to_string()),
        },
        LibraryError::IncompatibleVersionNumber { .. } => version(header, gateway),
        LibraryError::RootModule { err, .. } => Refusal::RootModule(err.to_string()),
        other => Refusal::RootModule(other.to_string()),
    }
}

fn version(header: &LibHeader, gateway: &'static str) -> Refusal {
    Refusal::Version {
        found: header.version_strings().version.to_string(),
        gateway,
    }
}
