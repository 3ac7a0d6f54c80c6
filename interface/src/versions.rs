//! The published versions of the crossing definitions, each as it was frozen: what a gateway opens
//! older plugins by.
//!
//! `abi_stable`'s check has one direction: a plugin may know more than the gateway's definition says,
//! never less. So a plugin of 1.0 is refused by the definitions of 1.1, and a gateway that has 1.1
//! tries those of 1.0 next, on the same library. The copies are here, not in the gateway, because
//! `abi_stable` tells types apart by the package that defines them, too.
//!
//! Each copy stands alone: it takes nothing from this crate, so that no change of the present
//! definitions changes it. What crosses inside [`crate::Packed`] isn't copied; `serde` rules that.
//! Until the first release 1.0 itself may change, in both places at once.
//!
//! # Publishing 1.1
//!
//! 1. Append to [`crate::module`] and [`crate::EventTwin`] by the rules of this crate's
//!    documentation ("How it grows"), and set this package's version to 1.1.0.
//! 2. Copy what crosses, as it then is, to `versions/v1_1.rs`; [`v1_0`] shows what belongs to it.
//!    Never edit a copy afterwards.
//! 3. In the gateway (`host-shim/src/versions.rs`) the copy becomes a row of the table, above 1.0's.
//!    Its upgrade is 1.0's file, copied, which also forwards what 1.1 appended. 1.0's own stays: what
//!    it lacks is answered by the default bodies of the appended methods. A function that was
//!    appended to the root module becomes one of `Functions`, and 1.0's answers `unavailable`.
//! 4. `tests/plugins/interface-next` becomes an artificial 1.2: what 1.1 appended stands in it too,
//!    before what it appends itself. The sentences of the tests name the new numbers.
//!
//! `abi_stable` remembers for as long as the process runs what it has seen appended to a type, by
//! whichever definitions: of two plugins that append different things to the same version (builds
//! of two branches, say) it refuses the second. Publish one before the next is begun.

pub mod v1_0;

#[cfg(test)]
mod tests {
    use abi_stable::StableAbi;
    use abi_stable::abi_stability::abi_checking::check_layout_compatibility;
    use abi_stable::type_layout::TypeLayout;

    use super::v1_0;

    /// Whether a plugin of the second definitions may be opened by the first.
    fn opens(gateway: &'static TypeLayout, plugin: &'static TypeLayout) -> Result<(), String> {
        check_layout_compatibility(gateway, plugin).map_err(|errors| errors.to_string())
    }

    #[test]
    fn the_present_definitions_only_append_to_1_0() {
        let frozen = <v1_0::ProviderModuleRef as StableAbi>::LAYOUT;
        let present = <crate::ProviderModuleRef as StableAbi>::LAYOUT;
        if let Err(difference) = opens(frozen, present) {
            panic!(
                "gateways of interface 1.0 would refuse plugins of today: interface 1.x only \
                 grows at its ends; take the change back and append instead (\"How it grows\" in \
                 this crate's documentation), or begin interface 2: {difference}"
            );
        }
    }
}
