//! ELF: Linux and the other systems that have it.

use std::fs::File;

use object::elf::{self, FileHeader64, PT_LOAD, SHF_ALLOC, SHT_DYNSYM, SHT_NOBITS};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable, Sym};
use object::{Endianness, ReadCache};

use super::super::Refusal;
use super::{damaged, holes, is_entry, reader, unreadable};

pub(super) const NAME: &str = "ELF";

const HEADER: usize = size_of::<FileHeader64<Endianness>>();

/// Processors, as ELF numbers them and Rust names them.
const PROCESSORS: [(u16, &str); 9] = [
    (3, "x86"),
    (8, "mips64"),
    (21, "powerpc64"),
    (22, "s390x"),
    (40, "arm"),
    (62, "x86_64"),
    (183, "aarch64"),
    (243, "riscv64"),
    (258, "loongarch64"),
];

type Header = FileHeader64<Endianness>;
type Data<'a> = &'a ReadCache<File>;
type Sections<'a> = SectionTable<'a, Header, Data<'a>>;

pub(super) fn is_format(beginning: &[u8]) -> bool {
    beginning.starts_with(&elf::ELFMAG)
}

pub(super) fn check(file: &File, beginning: &[u8], length: u64) -> Result<(), Refusal> {
    let Some(header) = beginning.get(..HEADER) else {
        return Err(truncated(length, HEADER as u64));
    };
    check_machine(header)?;
    let data = &reader(file)?;
    let header = Header::parse(data).map_err(damaged)?;
    let endian = header.endian().map_err(damaged)?;
    check_kind(header.e_type(endian))?;
    check_length(header, endian, data, length)?;
    let sections = header.sections(endian, data).map_err(damaged)?;
    check_sections(file, endian, data, &sections, length)?;
    if has_entry(endian, data, &sections)? {
        Ok(())
    } else {
        Err(Refusal::NoEntry)
    }
}

/// Word size, byte order and processor: what everything else is read by.
fn check_machine(header: &[u8]) -> Result<(), Refusal> {
    let (class, order, machine) = (header[4], header[5], [header[18], header[19]]);
    let machine = match order {
        1 => u16::from_le_bytes(machine),
        2 => u16::from_be_bytes(machine),
        _ => return Err(Refusal::Damaged(format!("its byte order is {order}"))),
    };
    let known = PROCESSORS.iter().find(|(number, _)| *number == machine);
    let name = known.map_or_else(
        || format!("processor {machine}"),
        |(_, name)| (*name).to_owned(),
    );
    let expected = std::env::consts::ARCH;
    let native_order = if cfg!(target_endian = "little") { 1 } else { 2 };
    let found = match (class == 2, order == native_order) {
        (true, true) if name == expected => return Ok(()),
        (true, true) => name,
        (false, _) => format!("{name} (32-bit)"),
        (true, false) => format!("{name} of the other byte order"),
    };
    Err(Refusal::Architecture { found, expected })
}

fn check_kind(kind: elf::FileType) -> Result<(), Refusal> {
    let found = match kind {
        elf::ET_DYN => return Ok(()),
        elf::ET_EXEC => "a program",
        elf::ET_REL => "an object file",
        elf::ET_CORE => "a core dump",
        _ => "an ELF file of an unknown type",
    };
    Err(Refusal::Kind { found })
}

/// Whether everything that the headers announce is there. The section table is last in the file, so
/// that a cut is seen there first; bytes after it are allowed.
fn check_length(
    header: &Header,
    endian: Endianness,
    data: Data<'_>,
    length: u64,
) -> Result<(), Refusal> {
    let table = header.e_shoff.get(endian);
    if table == 0 {
        let sentence = "it has no section table, by which it could be checked";
        return Err(Refusal::Damaged(sentence.to_owned()));
    }
    let entry = u64::from(header.e_shentsize(endian));
    let mut entries = u64::from(header.e_shnum(endian));
    if entries == 0 {
        // A table of 0xff00 or more entries has its length in its first one.
        let first = table.saturating_add(entry);
        if first > length {
            return Err(truncated(length, first));
        }
        entries = u64::from(header.shnum(endian, data).map_err(damaged)?);
    }
    let end = table.saturating_add(entries.saturating_mul(entry));
    if end > length {
        return Err(truncated(length, end));
    }
    for segment in header.program_headers(endian, data).map_err(damaged)? {
        let end = segment
            .p_offset(endian)
            .saturating_add(segment.p_filesz(endian));
        if segment.p_type(endian) == PT_LOAD && end > length {
            return Err(truncated(length, end));
        }
    }
    Ok(())
}

/// Whether the sections that are mapped from the file are there, without holes.
fn check_sections<'a>(
    file: &File,
    endian: Endianness,
    data: Data<'a>,
    sections: &Sections<'a>,
    length: u64,
) -> Result<(), Refusal> {
    let mapped = |section: &&elf::SectionHeader64<Endianness>| {
        section.sh_flags(endian).contains(SHF_ALLOC) && section.sh_type(endian) != SHT_NOBITS
    };
    let mut relocated = None;
    for section in sections.iter().filter(mapped) {
        let (start, size) = (section.sh_offset(endian), section.sh_size(endian));
        let end = start.saturating_add(size);
        if end > length {
            return Err(truncated(length, end));
        }
        for run in holes::zeros(file, start..end).map_err(unreadable)? {
            // What the system's loader writes anew is zero in the file: tables of addresses.
            if relocated.is_none() {
                relocated = Some(relocated_addresses(endian, data, sections)?);
            }
            let address = |offset: u64| section.sh_addr(endian).wrapping_add(offset - start);
            let addresses = address(run.start)..address(run.end);
            let known = relocated.as_deref().unwrap_or_default();
            if holes::longest_gap(addresses, known) >= holes::HOLE {
                let name = sections.section_name(endian, section).unwrap_or_default();
                return Err(Refusal::Hole {
                    section: String::from_utf8_lossy(name).into_owned(),
                    offset: run.start,
                    length: run.end - run.start,
                });
            }
        }
    }
    Ok(())
}

/// Where the system's loader writes addresses when it opens the library, in order.
fn relocated_addresses<'a>(
    endian: Endianness,
    data: Data<'a>,
    sections: &Sections<'a>,
) -> Result<Vec<u64>, Refusal> {
    let mut addresses = Vec::new();
    for section in sections.iter() {
        let allocated = section.sh_flags(endian).contains(SHF_ALLOC);
        if let Some((entries, _)) = section.rela(endian, data).map_err(damaged)?
            && allocated
        {
            addresses.extend(entries.iter().map(|entry| entry.r_offset.get(endian)));
        }
    }
    addresses.sort_unstable();
    Ok(addresses)
}

/// Whether the dynamic symbol table defines the entry.
fn has_entry<'a>(
    endian: Endianness,
    data: Data<'a>,
    sections: &Sections<'a>,
) -> Result<bool, Refusal> {
    let symbols = sections
        .symbols(endian, data, SHT_DYNSYM)
        .map_err(damaged)?;
    let mut defined = symbols.iter().filter(|symbol| !symbol.is_undefined(endian));
    // A name that can't be read, or is endless, is another's.
    Ok(defined.any(|symbol| symbols.symbol_name(endian, symbol).is_ok_and(is_entry)))
}

fn truncated(found: u64, needed: u64) -> Refusal {
    Refusal::Truncated { found, needed }
}
