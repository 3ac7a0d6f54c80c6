//! Facts that were put together before: every request asks for its model's, and a gateway is asked
//! for the same few models all day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Facts;

/// The most that is kept; ids are the clients' to choose. All is forgotten when there are more.
const MAX_KEPT: usize = 1000;

/// An id, and the foundation model behind it.
type Key = (String, Option<String>);

/// Facts by what they were asked by.
#[derive(Debug, Clone, Default)]
pub(super) struct Memo(Arc<Mutex<HashMap<Key, Arc<Facts>>>>);

impl Memo {
    /// Those of a model, put together by `find` the first time.
    pub(super) fn get(
        &self,
        model_id: &str,
        base: Option<&str>,
        find: impl FnOnce() -> Facts,
    ) -> Arc<Facts> {
        let key = (model_id.to_owned(), base.map(str::to_owned));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = kept.get(&key) {
            return Arc::clone(facts);
        }
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        let facts = Arc::new(find());
        kept.insert(key, Arc::clone(&facts));
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(tokens: u32) -> Facts {
        Facts {
            context_window: Some(tokens),
            ..Facts::default()
        }
    }

    #[test]
    fn facts_are_found_once_for_each_id_and_base() {
        let memo = Memo::default();
        let first = memo.get("a", None, || window(1));
        let based = memo.get("a", Some("b"), || window(2));
        assert_eq!(*memo.get("a", None, || unreachable!()), *first);
        assert_eq!(*memo.get("a", Some("b"), || unreachable!()), *based);
        assert_ne!(first, based);
    }

    #[test]
    fn ids_without_number_do_not_pile_up() {
        let memo = Memo::default();
        for id in 0..10 * MAX_KEPT {
            memo.get(&id.to_string(), None, Facts::default);
        }
        assert!(memo.0.lock().expect("no panic").len() <= MAX_KEPT);
    }
}
