//! Deltas that are numbered and have a voice, `VOICE.NUMBER`: what a stream of them must look like.

use benches::Error;

/// What one stream has said so far.
#[derive(Debug, Default)]
pub(crate) struct Numbered {
    voice: Option<String>,
    next: u32,
}

impl Numbered {
    /// Takes the next delta; its number. One that isn't next, or is another stream's, is an error.
    pub(crate) fn push(&mut self, text: &str) -> Result<u32, Error> {
        let parts = text.trim().split_once('.');
        let (voice, number) = parts.ok_or_else(|| format!("`{text}` has no number"))?;
        if number.parse() != Ok(self.next) {
            return Err(format!("number {number} came in place of {}", self.next).into());
        }
        if self.voice.get_or_insert_with(|| voice.to_owned()) != voice {
            return Err(format!("a delta of voice {voice} came, another stream's").into());
        }
        self.next += 1;
        Ok(self.next - 1)
    }
}

/// The text of a stream that has so many deltas, a word each.
pub(crate) fn text(voice: usize, deltas: usize) -> String {
    let words: Vec<String> = (0..deltas)
        .map(|number| format!("{voice}.{number}"))
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(words: &str) -> String {
        let mut numbered = Numbered::default();
        let mut pushed = words.split(' ').map(|word| numbered.push(word));
        let error = pushed.find_map(Result::err);
        error.expect("it is noticed").to_string()
    }

    #[test]
    fn a_stream_in_order_is_taken() {
        let mut numbered = Numbered::default();
        for (at, word) in text(3, 20).split(' ').enumerate() {
            assert_eq!(numbered.push(word).expect("in order") as usize, at);
        }
    }

    #[test]
    fn what_is_lost_doubled_reordered_or_anothers_is_noticed() {
        assert_eq!(refused("3.0 3.2"), "number 2 came in place of 1");
        assert_eq!(refused("3.0 3.0"), "number 0 came in place of 1");
        assert_eq!(refused("3.1 3.0"), "number 1 came in place of 0");
        assert_eq!(
            refused("3.0 4.1"),
            "a delta of voice 4 came, another stream's"
        );
        assert_eq!(refused("3.0 3.1 what"), "`what` has no number");
    }
}
