//! abi_stable tells types apart by their package too, and its version: this one passes for the
//! interface 1.1.

fn main() {
    println!("cargo::rustc-env=CARGO_PKG_NAME=provider-interface");
    println!("cargo::rustc-env=CARGO_PKG_VERSION=1.1.0");
}
