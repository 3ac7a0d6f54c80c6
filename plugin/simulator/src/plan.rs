//! A reply as the steps of its body: which bytes go out together, and the waits between them.
//! Pure; `body` plays it.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::encode;
use crate::reply::{Content, Ending, Reply, Slicing};

/// One step of a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// One HTTP chunk, which completes so many events.
    Send { bytes: Bytes, events: u32 },
    /// Lets what was sent leave before the next chunk.
    Flush,
    /// A pause, counted from when the previous one was due.
    Wait(Duration),
    /// Nothing more, for ever.
    Stall,
    /// The connection is reset.
    Cut,
}

/// The steps of one body, shared by all who are given the same reply.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    steps: Arc<[Step]>,
}

impl Plan {
    /// The plan of a stream.
    pub(crate) fn of(reply: &Reply) -> Self {
        let (body, last) = disturbed(reply);
        let chunks = sliced(body, &reply.slicing);
        let apart = matches!(reply.slicing, Slicing::Bytes(_) | Slicing::At(_));
        let mut steps = Vec::new();
        if !reply.timing.before_first_event.is_zero() {
            steps.push(Step::Wait(reply.timing.before_first_event));
        }
        let chunks = chunks.into_iter().filter(|chunk| !chunk.bytes.is_empty());
        for (index, chunk) in chunks.enumerate() {
            if index > 0 && !reply.timing.pace.is_zero() {
                steps.push(Step::Wait(reply.timing.pace));
            } else if index > 0 && apart {
                steps.push(Step::Flush);
            }
            steps.push(Step::Send {
                bytes: chunk.bytes,
                events: chunk.events,
            });
        }
        steps.extend(last);
        Self {
            steps: steps.into(),
        }
    }

    /// The plan of an answer in one piece.
    pub(crate) fn single(bytes: Bytes) -> Self {
        Self {
            steps: [Step::Send { bytes, events: 0 }].into(),
        }
    }

    /// The length of an answer in one piece: it goes out with `content-length`, a stream never does.
    pub(crate) fn single_length(&self) -> Option<u64> {
        match &*self.steps {
            [Step::Send { bytes, events: 0 }] => Some(bytes.len() as u64),
            _ => None,
        }
    }

    pub(crate) fn step(&self, index: usize) -> Option<&Step> {
        self.steps.get(index)
    }

    /// All the bytes, in order.
    pub(crate) fn body(&self) -> Bytes {
        let mut body = BytesMut::new();
        for step in self.steps.iter() {
            if let Step::Send { bytes, .. } = step {
                body.extend_from_slice(bytes);
            }
        }
        body.freeze()
    }
}

/// Bytes that stay together unless they are sliced, and the events that they complete.
struct Chunk {
    bytes: Bytes,
    events: u32,
}

/// The frames with the reply's disturbance applied, and the step that follows them.
fn disturbed(reply: &Reply) -> (Vec<Chunk>, Option<Step>) {
    let mut frames = frames(reply);
    let mut last = None;
    match &reply.ending {
        Ending::Complete | Ending::CutBeforeHeaders | Ending::StallBeforeHeaders => {}
        Ending::WithoutMessageStop => {
            // messageStop and metadata.
            frames.truncate(frames.len().saturating_sub(2));
        }
        Ending::EndAfter(after) => frames.truncate(*after),
        Ending::Exception {
            after,
            kind,
            message,
        } => {
            frames.truncate(*after);
            frames.push(whole(encode::exception(kind, message)));
        }
        Ending::Stall { after } => {
            frames.truncate(*after);
            last = Some(Step::Stall);
        }
        Ending::Cut { after } => {
            cut_inside(&mut frames, *after);
            last = Some(Step::Cut);
        }
        Ending::HalfFrame { after } => cut_inside(&mut frames, *after),
        Ending::BadPreludeCrc { after } => {
            if let Some(frame) = frames.get_mut(*after) {
                frame.bytes = encode::with_bad_prelude_crc(&frame.bytes);
            }
        }
        Ending::BadMessageCrc { after } => {
            if let Some(frame) = frames.get_mut(*after) {
                frame.bytes = encode::with_bad_message_crc(&frame.bytes);
            }
        }
    }
    (frames, last)
}

/// Keeps so many frames and the first half of the next.
fn cut_inside(frames: &mut Vec<Chunk>, after: usize) {
    frames.truncate(after.saturating_add(1));
    if let Some(next) = frames.get_mut(after) {
        next.bytes.truncate(next.bytes.len() / 2);
        next.events = 0;
    }
}

fn frames(reply: &Reply) -> Vec<Chunk> {
    match &reply.content {
        Content::Raw(body) => split_frames(body),
        _ => reply
            .stream_events()
            .iter()
            .map(|(kind, payload)| whole(encode::event(kind, payload)))
            .collect(),
    }
}

/// A recording's frames, by their length prefixes; what is no frame stays one piece.
fn split_frames(body: &Bytes) -> Vec<Chunk> {
    let mut rest = body.clone();
    let mut frames = Vec::new();
    while let Some(prefix) = rest.first_chunk::<4>() {
        let length = u32::from_be_bytes(*prefix) as usize;
        if length == 0 || length > rest.len() {
            break;
        }
        frames.push(whole(rest.split_to(length)));
    }
    if !rest.is_empty() {
        frames.push(Chunk {
            bytes: rest,
            events: 0,
        });
    }
    frames
}

fn whole(bytes: Bytes) -> Chunk {
    Chunk { bytes, events: 1 }
}

/// The frames regrouped or cut into HTTP chunks. An event counts where its last byte goes.
fn sliced(frames: Vec<Chunk>, slicing: &Slicing) -> Vec<Chunk> {
    match slicing {
        Slicing::PerEvent => frames,
        Slicing::Events(per_chunk) => frames.chunks(*per_chunk).map(joined).collect(),
        Slicing::Bytes(size) => {
            let total: usize = frames.iter().map(|frame| frame.bytes.len()).sum();
            let cuts: Vec<usize> = (*size..total).step_by(*size).collect();
            cut(&frames, &cuts)
        }
        Slicing::At(offsets) => {
            let mut cuts = offsets.clone();
            cuts.sort_unstable();
            cuts.dedup();
            cut(&frames, &cuts)
        }
    }
}

fn joined(frames: &[Chunk]) -> Chunk {
    let mut bytes = BytesMut::new();
    for frame in frames {
        bytes.extend_from_slice(&frame.bytes);
    }
    Chunk {
        bytes: bytes.freeze(),
        events: frames.iter().map(|frame| frame.events).sum(),
    }
}

fn cut(frames: &[Chunk], cuts: &[usize]) -> Vec<Chunk> {
    let whole = joined(frames).bytes;
    let mut ends = Vec::with_capacity(frames.len());
    let mut end = 0;
    for frame in frames {
        end += frame.bytes.len();
        ends.push((end, frame.events));
    }
    let mut from = 0;
    let mut chunks = Vec::new();
    for &to in cuts
        .iter()
        .filter(|&&to| to > 0 && to < whole.len())
        .chain([&whole.len()])
    {
        let events = ends
            .iter()
            .filter(|(end, _)| from < *end && *end <= to)
            .map(|(_, n)| n)
            .sum();
        chunks.push(Chunk {
            bytes: whole.slice(from..to),
            events,
        });
        from = to;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sends(reply: &Reply) -> Vec<(usize, u32)> {
        let plan = reply.plan();
        let steps = plan.steps.iter();
        steps
            .filter_map(|step| match step {
                Step::Send { bytes, events } => Some((bytes.len(), *events)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn slicing_never_changes_the_bytes() {
        let body = Reply::text("Hello there, friend").body();
        for reply in [
            Reply::text("Hello there, friend").events_per_chunk(3),
            Reply::text("Hello there, friend").chunk_size(7),
            Reply::text("Hello there, friend").split_at([1, 0, 5_000, 100, 100]),
            Reply::raw(body.clone()),
            Reply::raw(body.clone()).split_at([9]),
        ] {
            assert_eq!(reply.body(), body);
            let events: u32 = sends(&reply).iter().map(|(_, events)| events).sum();
            assert_eq!(events, 7);
        }
    }

    #[test]
    fn two_writes_are_two_chunks_with_a_flush_between() {
        let reply = Reply::text("Hello").split_at([10]);
        let plan = reply.plan();
        assert!(matches!(plan.step(0), Some(Step::Send { bytes, events: 0 }) if bytes.len() == 10));
        assert_eq!(plan.step(1), Some(&Step::Flush));
        assert!(matches!(plan.step(2), Some(Step::Send { events: 5, .. })));
    }

    #[test]
    fn a_cut_sends_half_of_the_next_frame() {
        let whole = sends(&Reply::text("Hello"));
        let reply = Reply::text("Hello").cut_after(1);
        assert_eq!(sends(&reply), [(whole[0].0, 1), (whole[1].0 / 2, 0)]);
        assert_eq!(reply.plan().step(2), Some(&Step::Cut));
    }

    #[test]
    fn a_missing_message_stop_takes_the_metadata_with_it() {
        assert_eq!(sends(&Reply::text("Hello").without_message_stop()).len(), 3);
    }

    #[test]
    fn changing_a_reply_after_its_body_was_made_makes_it_anew() {
        let reply = Reply::text("Hello");
        let before = reply.body();
        assert_ne!(reply.stop_reason("max_tokens").body(), before);
    }
}
