//! abi_stable tells types apart by their package too: this one passes for the interface.

fn main() {
    println!("cargo::rustc-env=CARGO_PKG_NAME=provider-interface");
}
