//! What models have refused, so that they aren't asked for it again: kept as long as the generation
//! lives, shared by all of its answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::convert::Remedy;

/// More models than this nobody asks; callers may send any text as an id.
const MAX_MODELS: usize = 1000;

/// One thing that a model has refused.
#[derive(Debug, Clone)]
struct Lesson {
    remedy: Remedy,
    /// The service's words.
    refusal: String,
}

/// The lessons of one generation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lessons(Arc<Mutex<BTreeMap<String, Vec<Lesson>>>>);

impl Lessons {
    /// What is to be done about a model, in the order in which it was learnt.
    pub(super) fn of(&self, model_id: &str) -> Vec<Remedy> {
        let lessons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_model = lessons.get(model_id).into_iter().flatten();
        of_model.map(|lesson| lesson.remedy).collect()
    }

    /// Keeps what helped against a refusal.
    pub(super) fn learn(&self, model_id: &str, remedy: Remedy, refusal: &str) {
        let mut lessons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lessons.len() >= MAX_MODELS && !lessons.contains_key(model_id) {
            return;
        }
        let of_model = lessons.entry(model_id.to_owned()).or_default();
        if of_model.iter().any(|lesson| lesson.remedy == remedy) {
            return;
        }
        tracing::warn!(
            model = model_id,
            how = remedy.told(),
            refusal,
            "the model is asked differently from now on"
        );
        of_model.push(Lesson {
            remedy,
            refusal: refusal.to_owned(),
        });
    }

    /// A sentence for each lesson.
    pub(crate) fn told(&self) -> Vec<String> {
        let lessons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let each = lessons.iter().flat_map(|(model, of_model)| {
            of_model.iter().map(move |lesson| {
                let Lesson { remedy, refusal } = lesson;
                format!(
                    "{model} is asked {}, since it refused: {refusal}",
                    remedy.told()
                )
            })
        });
        each.collect()
    }
}
