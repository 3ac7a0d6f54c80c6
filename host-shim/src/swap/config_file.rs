//! The config's file, while the gateway runs: whether it has changed, and what it says now.

use std::path::PathBuf;
use std::time::Instant;

use super::Settings;
use super::files::SETTLED_AFTER;
use super::stamp::Stamp;

/// Reads the settings anew. An error is a sentence, or some.
pub type Reread = Box<dyn FnMut() -> Result<Settings, String> + Send>;

/// The file that the settings come from, as far as they can be read anew.
pub(super) struct ConfigFile {
    reread: Option<Reread>,
    pub(super) path: Option<PathBuf>,
    /// How it looked when it was read.
    stamp: Option<Stamp>,
    /// How it has looked since then, if that is otherwise.
    changed: Option<(Stamp, Instant)>,
    /// Whether it didn't hold the last time.
    pub(super) is_broken: bool,
}

impl ConfigFile {
    pub(super) fn new(reread: Option<Reread>, path: Option<PathBuf>) -> Self {
        Self {
            reread,
            stamp: path.as_deref().map(Stamp::of_target),
            path,
            changed: None,
            is_broken: false,
        }
    }

    /// What it says, if that has changed and the file has come to rest.
    pub(super) fn look(&mut self, now: Instant) -> Option<Settings> {
        let stamp = Stamp::of_target(self.path.as_deref()?);
        if self.stamp.as_ref() == Some(&stamp) {
            self.changed = None;
            return None;
        }
        match &self.changed {
            Some((before, since)) if *before == stamp => {
                if now < *since + SETTLED_AFTER {
                    return None;
                }
            }
            _ => {
                self.changed = Some((stamp, now));
                return None;
            }
        }
        self.read()
    }

    /// Whether another look soon will tell more.
    pub(super) fn is_settling(&self) -> bool {
        self.changed.is_some()
    }

    /// What it says now, whether it has changed or not. What doesn't hold is logged.
    pub(super) fn read(&mut self) -> Option<Settings> {
        let reread = self.reread.as_mut()?;
        self.changed = None;
        // Before it is read: what changes meanwhile is seen the next time.
        self.stamp = self.path.as_deref().map(Stamp::of_target);
        let read = reread().and_then(|settings| match (&self.path, &settings.config.source) {
            (Some(path), None) => Err(format!("{} is gone", path.display())),
            _ => Ok(settings),
        });
        self.is_broken = read.is_err();
        match read {
            Ok(settings) => {
                if settings.config.source != self.path {
                    self.path.clone_from(&settings.config.source);
                    self.stamp = self.path.as_deref().map(Stamp::of_target);
                }
                tracing::info!("the config has been read anew");
                Some(settings)
            }
            Err(sentence) => {
                tracing::error!(
                    "the config has changed and does not hold; the one before stays: {sentence}"
                );
                None
            }
        }
    }
}
