//! Where the running gateway is to be found: a file that `serve` leaves in the state folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

/// The file, removed when this is dropped.
#[derive(Debug)]
pub(super) struct AddressFile(PathBuf);

#[derive(Debug, Serialize, Deserialize)]
struct Address {
    url: String,
    pid: u32,
}

impl AddressFile {
    /// Says that this process serves at that address.
    pub(super) fn write(state_dir: &Path, address: SocketAddr) -> io::Result<Self> {
        let path = path(state_dir);
        let pid = process::id();
        let address = Address {
            url: format!("http://{}", reachable(address)),
            pid,
        };
        let fresh = path.with_extension(format!("{pid}.tmp"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(&serde_json::to_vec(&address)?)?;
        fs::rename(&fresh, &path)?;
        Ok(Self(path))
    }
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        // Another gateway may have written its own since.
        if read(&self.0).is_some_and(|address| address.pid == process::id()) {
            let _ = fs::remove_file(&self.0);
        }
    }
}

/// The address of the gateway that was last started with this state folder, if it runs.
pub(super) fn running(state_dir: &Path) -> Option<String> {
    let address = read(&path(state_dir))?;
    // Somebody else may listen there by now, who must not be shown the token.
    is_alive(address.pid).then_some(address.url)
}

fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let asked = pid.map(test_kill_process);
    matches!(asked, Some(Ok(()) | Err(Errno::PERM)))
}

fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("serve.json")
}

fn read(path: &Path) -> Option<Address> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// An address that leads here: one that stands for all is none that can be called.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
