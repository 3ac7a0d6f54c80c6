//! A plugin whose constructor ends the process: before anything of it can be checked.

// The exported symbol is abi_stable's; a constructor is a place that the system's loader calls.
#![allow(missing_docs, unsafe_code)]

use provider_interface::ProviderModuleRef;

#[used]
#[cfg_attr(not(target_os = "macos"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static CONSTRUCTOR: extern "C" fn() = construct;

extern "C" fn construct() {
    std::process::abort();
}

#[abi_stable::export_root_module]
fn root_module() -> ProviderModuleRef {
    unreachable!("the process has ended");
}
