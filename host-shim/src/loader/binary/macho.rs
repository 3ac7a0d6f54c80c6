//! Mach-O: macOS. The system checks the pages of a signed library by itself, so this asks less than
//! its counterpart for ELF: a library of this processor that isn't cut short and has the entry.

use std::fs::File;

use object::read::macho::{FatArch as _, MachOFatFile32, MachOFile64, Segment as _};
use object::{Architecture, Endianness, Object as _, ObjectKind, ReadCache, ReadRef};

use super::super::Refusal;
use super::{damaged, is_entry, reader};

pub(super) const NAME: &str = "Mach-O";

/// A library for one processor of 64 bits, as those processors write it.
const THIN: [u8; 4] = [0xcf, 0xfa, 0xed, 0xfe];

/// Libraries for several processors in one file.
const FAT: [u8; 4] = [0xca, 0xfe, 0xba, 0xbe];

/// This machine's processor.
const NATIVE: Architecture = if cfg!(target_arch = "aarch64") {
    Architecture::Aarch64
} else {
    Architecture::X86_64
};

pub(super) fn is_format(beginning: &[u8]) -> bool {
    beginning.starts_with(&THIN) || beginning.starts_with(&FAT)
}

pub(super) fn check(file: &File, beginning: &[u8], length: u64) -> Result<(), Refusal> {
    let data: &ReadCache<File> = &reader(file)?;
    if beginning.starts_with(&THIN) {
        return check_thin(data, length);
    }
    let fat = MachOFatFile32::parse(data).map_err(damaged)?;
    let Some(native) = fat
        .arches()
        .iter()
        .find(|arch| arch.architecture() == NATIVE)
    else {
        return Err(architecture("other processors".to_owned()));
    };
    let (offset, size) = native.file_range();
    let needed = offset.saturating_add(size);
    if needed > length {
        return Err(truncated(length, needed));
    }
    check_thin(data.range(offset, size), size)
}

fn check_thin<'data, R: ReadRef<'data>>(data: R, length: u64) -> Result<(), Refusal> {
    let library = MachOFile64::<Endianness, R>::parse(data).map_err(damaged)?;
    if library.architecture() != NATIVE {
        return Err(architecture(format!("{:?}", library.architecture())));
    }
    if library.kind() != ObjectKind::Dynamic {
        let found = "a program or an object file";
        return Err(Refusal::Kind { found });
    }
    let endian = library.endian();
    let mut commands = library.macho_load_commands().map_err(damaged)?;
    while let Some(command) = commands.next().map_err(damaged)? {
        if let Some((segment, _)) = command.segment_64().map_err(damaged)? {
            let (offset, size) = segment.file_range(endian);
            let needed = offset.saturating_add(size);
            if needed > length {
                return Err(truncated(length, needed));
            }
        }
    }
    for export in library.exports().map_err(damaged)? {
        let export = export.map_err(damaged)?;
        // C names have an underscore before them.
        let name = export.name().into_name();
        if name
            .and_then(|name| name.strip_prefix(b"_"))
            .is_some_and(is_entry)
        {
            return Ok(());
        }
    }
    Err(Refusal::NoEntry)
}

fn architecture(found: String) -> Refusal {
    Refusal::Architecture {
        found,
        expected: std::env::consts::ARCH,
    }
}

fn truncated(found: u64, needed: u64) -> Refusal {
    Refusal::Truncated { found, needed }
}
