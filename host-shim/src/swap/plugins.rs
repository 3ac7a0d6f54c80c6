//! The handle to the plugins of a process, and what it shows of them.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use arc_swap::ArcSwap;

use super::config_file::ConfigFile;
use super::supervisor::{Order, Supervisor};
use super::{Listed, Manager, Refused, Reread, Swaps, apart};
use crate::generation::Work;
use crate::loader::{MAX_IMAGES, opened_images};

/// So many images before the most that there may be, people are warned.
const IMAGES_TO_SPARE: usize = 8;

/// A handle to the plugins of this process, kept up to date by a thread that ends with the last
/// handle. Cheap to clone.
#[derive(Clone)]
pub struct Plugins {
    orders: Arc<Orders>,
    seen: Arc<ArcSwap<Seen>>,
}

/// Ends the thread with the last handle.
struct Orders(Sender<Order>);

impl Drop for Orders {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.send(Order::Stop);
    }
}

/// What the thread last saw.
pub(super) struct Seen {
    listed: Vec<Listed>,
    work: Vec<(Listed, Arc<Work>)>,
    swaps: Swaps,
    warnings: Vec<String>,
}

impl Plugins {
    /// Has a thread look after these plugins from now on: what comes into the plugins folders, what
    /// drains, and, where it can be read anew, the config. What the manager hasn't looked at yet is
    /// looked at before this returns.
    pub fn supervise(mut manager: Manager, reread: Option<Reread>) -> Self {
        let (orders, taken) = mpsc::channel();
        let troubled = orders.clone();
        manager.on_trouble(Arc::new(move |number| {
            // A thread that has ended has nothing to look after.
            let _ = troubled.send(Order::Troubled(number));
        }));
        // Before anything that takes time: what changes meanwhile counts as changed.
        let config = ConfigFile::new(reread, manager.settings.config.source.clone());
        manager.refresh();
        let seen = Arc::new(ArcSwap::from_pointee(Seen::of(&manager, false)));
        let supervisor = Supervisor::new(manager, config, Arc::clone(&seen), &orders);
        apart::begin("plugins", move || supervisor.run(&taken));
        let orders = Arc::new(Orders(orders));
        Self { orders, seen }
    }

    /// Every generation, and every file that none was made of.
    pub fn listed(&self) -> Vec<Listed> {
        self.seen.load().listed.clone()
    }

    /// What a person should do something about; empty when all is well.
    pub fn warnings(&self) -> Vec<String> {
        self.seen.load().warnings.clone()
    }

    /// How often which swap has happened.
    pub fn swaps(&self) -> Swaps {
        self.seen.load().swaps
    }

    /// How many answers each generation is giving that isn't gone.
    pub fn open_streams(&self) -> Vec<(Listed, usize)> {
        let seen = self.seen.load();
        let work = seen.work.iter();
        work.map(|(listed, work)| (listed.clone(), work.open()))
            .collect()
    }

    /// Looks at the plugins folders and reads the config, soon.
    pub fn refresh(&self) {
        let _ = self.orders.0.send(Order::Refresh);
    }

    /// Tries a plugin's files anew, and makes a new generation even of the content that serves. May
    /// block for some seconds.
    pub fn reload(&self, id: &str) -> Result<Listed, Refused> {
        self.ask(|answer| Order::Reload(id.to_owned(), answer))
    }

    /// Goes back to what served a plugin before. May block for some seconds.
    pub fn roll_back(&self, id: &str) -> Result<Listed, Refused> {
        self.ask(|answer| Order::RollBack(id.to_owned(), answer))
    }

    fn ask(
        &self,
        order: impl FnOnce(Sender<Result<Listed, Refused>>) -> Order,
    ) -> Result<Listed, Refused> {
        let (answer, answered) = mpsc::channel();
        let _ = self.orders.0.send(order(answer));
        let lost = |_| Refused::Impossible("nobody looks after the plugins any more".to_owned());
        answered.recv().map_err(lost)?
    }
}

impl fmt::Debug for Plugins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugins")
            .field("listed", &self.seen.load().listed)
            .finish_non_exhaustive()
    }
}

impl Seen {
    pub(super) fn of(manager: &Manager, is_config_broken: bool) -> Self {
        let mut warnings: Vec<String> = images_warning(opened_images()).into_iter().collect();
        if is_config_broken {
            let sentence = "the config was changed and does not hold: the one before is in force; \
                            the log says what is wrong with it";
            warnings.push(sentence.to_owned());
        }
        Self {
            listed: manager.listed(),
            work: manager.generations().work(),
            swaps: manager.swaps(),
            warnings,
        }
    }
}

fn images_warning(opened: usize) -> Option<String> {
    if opened >= MAX_IMAGES {
        return Some(format!(
            "restart required: {opened} different plugin files have been opened, the most there may be; \
             what serves goes on, no other can be loaded"
        ));
    }
    (opened + IMAGES_TO_SPARE >= MAX_IMAGES).then(|| {
        format!(
            "{opened} of {MAX_IMAGES} different plugin files have been opened; restart the gateway before \
             there are more"
        )
    })
}
