//! Holes: pieces of a file that were never written, and read as zeros.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// A run of zeros of this length, in a part of the file that is mapped and not written anew by the
/// system's loader, is a hole. Ordinary libraries have none above 45 KB.
pub(super) const HOLE: u64 = 64 * 1024;

/// The file is read in pieces of this size.
const PIECE: usize = 32 * 1024;

/// The runs of [`HOLE`] zeros or more in a part of a file.
pub(super) fn zeros(file: &File, part: Range<u64>) -> io::Result<Vec<Range<u64>>> {
    let mut piece = vec![0; PIECE];
    let mut runs = Vec::new();
    let mut at = part.start;
    // Where the zeros begin that reach up to `at`.
    let mut begin = at;
    while at < part.end {
        let wanted = usize::try_from(part.end - at).map_or(PIECE, |rest| rest.min(PIECE));
        let piece = &mut piece[..wanted];
        file.read_exact_at(piece, at)?;
        // A run of two pieces' length leaves no other byte in one of them, or meets their border:
        // only the zeros at the ends of a piece matter.
        if let Some(leading) = piece.iter().position(|&byte| byte != 0) {
            let end = at + leading as u64;
            if end - begin >= HOLE {
                runs.push(begin..end);
            }
            let trailing = piece.iter().rev().take_while(|&&byte| byte == 0).count();
            begin = at + (wanted - trailing) as u64;
        }
        at += wanted as u64;
    }
    if part.end.saturating_sub(begin) >= HOLE {
        runs.push(begin..part.end);
    }
    Ok(runs)
}

/// The longest part of a range of addresses that holds none of the sorted `marks`.
pub(super) fn longest_gap(addresses: Range<u64>, marks: &[u64]) -> u64 {
    let first = marks.partition_point(|&mark| mark < addresses.start);
    let inside = marks[first..]
        .iter()
        .take_while(|&&mark| mark < addresses.end);
    let (mut longest, mut from) = (0, addresses.start);
    for &mark in inside {
        longest = longest.max(mark - from);
        from = mark;
    }
    longest.max(addresses.end - from)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const K: u64 = 1024;

    /// A file of ones with zeros in these places.
    fn runs(length: u64, zeroed: &[Range<u64>]) -> Vec<Range<u64>> {
        let mut bytes = vec![1; length as usize];
        for zeros in zeroed {
            bytes[zeros.start as usize..zeros.end as usize].fill(0);
        }
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&bytes).expect("written");
        zeros(&file, 0..length).expect("read")
    }

    #[test]
    fn a_run_is_found_wherever_it_begins() {
        for start in [0, 1, 31 * K, 32 * K, 33 * K, 40 * K + 7, 136 * K] {
            let run = start..start + HOLE;
            assert_eq!(runs(200 * K, std::slice::from_ref(&run)), [run]);
        }
    }

    #[test]
    fn shorter_runs_are_none_and_several_are_all_found() {
        assert!(runs(200 * K, &[5..5 + HOLE - 1, 70 * K..130 * K]).is_empty());
        let two = [3 * K..70 * K, 71 * K..200 * K];
        assert_eq!(runs(200 * K, &two), two);
        let all = 0..100 * K;
        assert_eq!(runs(all.end, std::slice::from_ref(&all)), [all]);
    }

    #[test]
    fn a_gap_is_what_lies_between_marks() {
        assert_eq!(longest_gap(100..200, &[]), 100);
        assert_eq!(longest_gap(100..200, &[50, 110, 190, 300]), 80);
        assert_eq!(longest_gap(100..200, &[199]), 99);
    }
}
