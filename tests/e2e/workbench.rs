//! A folder of a test's own with plugins in it, and what most tests do with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use host_shim::interface::{ChatRequest, Delta, Json, Message, ProviderError, Role, StreamEvent};
use host_shim::{ChatStream, LoadError, Loader, Plugin, Provider};
use tempfile::TempDir;

use crate::artifacts;

/// Plugins and private copies of one test.
pub(crate) struct Workbench {
    folder: TempDir,
    loader: Loader,
}

impl Workbench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let loader = Loader::new(folder.path().join("state"));
        Self { folder, loader }
    }

    pub(crate) fn loader(&self) -> &Loader {
        &self.loader
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of these bytes.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Opens a package's library.
    pub(crate) fn open(&self, package: &str) -> Plugin {
        self.loader.open(artifacts::library(package)).unwrap()
    }

    /// Opens a package's library as a library of its own, whose statics no other test shares: a
    /// copy with another digest, by bytes at its end that nothing reads.
    pub(crate) fn open_apart(&self, package: &str) -> Plugin {
        self.loader.open(self.apart(package)).unwrap()
    }

    /// A copy of a package's library with a digest of its own.
    pub(crate) fn apart(&self, package: &str) -> PathBuf {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let mut bytes = fs::read(artifacts::library(package)).unwrap();
        bytes.extend(format!("apart {number}").bytes());
        self.file(&format!("lib{number}.so"), bytes)
    }

    /// Opens a package's library and makes a provider of it.
    pub(crate) fn provider(&self, package: &str, config: &str) -> Provider {
        self.open(package).create(config).unwrap()
    }

    /// Why a file is refused, with `FILE` for its path.
    pub(crate) fn refusal(&self, path: &Path) -> String {
        let error: LoadError = self.loader.open(path).expect_err("it is refused");
        let sentence = error.to_string();
        assert!(sentence.chars().count() < 400, "too long: {sentence}");
        assert!(!sentence.contains('\n'), "not one line: {sentence}");
        sentence.replace(&path.display().to_string(), "FILE")
    }

    /// The private copies that are left.
    pub(crate) fn copies(&self) -> usize {
        fs::read_dir(self.path("state/images")).map_or(0, Iterator::count)
    }
}

/// A request of one text; `pace` is how the echo answers, as JSON.
pub(crate) fn request(text: &str, pace: &str) -> ChatRequest {
    ChatRequest {
        messages: vec![Message::text(Role::User, text)],
        additional_model_request_fields: (!pace.is_empty()).then(|| Json::parse(pace).unwrap()),
        ..ChatRequest::default()
    }
}

/// Everything that a stream gives, and how it ends.
pub(crate) async fn collect(
    mut stream: ChatStream,
) -> (Vec<StreamEvent>, Result<(), ProviderError>) {
    let mut events = Vec::new();
    loop {
        match stream.next_batch(&mut events).await {
            Ok(true) => {}
            Ok(false) => return (events, Ok(())),
            Err(error) => return (events, Err(error)),
        }
    }
}

/// The text of an event, if it is a delta of text.
pub(crate) fn text(event: &StreamEvent) -> Option<&str> {
    match event {
        StreamEvent::ContentBlockDelta(delta) => match &delta.delta {
            Delta::Text(text) => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    }
}

/// The texts among events.
pub(crate) fn texts(events: &[StreamEvent]) -> Vec<&str> {
    events.iter().filter_map(text).collect()
}
