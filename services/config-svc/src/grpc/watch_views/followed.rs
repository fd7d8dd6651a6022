//! The views that a stream follows, and which of them may have to be sent.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use vortex_kit::error::{Fault, Reason};

use super::asked::Asked;
use crate::domain::{Label, Seq, Sha256, SplitId, State, ViewsMoved};

/// The most views of a stream.
const MAX_VIEWS: usize = 10_000;
/// Views that the store could not give which are tried again each second.
const RETRIED_AT_ONCE: usize = 32;

/// The views that a stream follows.
pub(super) struct Followed {
    views: BTreeMap<u32, View>,
    /// How many views name each label.
    labels: HashMap<Label, usize>,
    /// Those that may have to be sent.
    due: BTreeSet<u32>,
    /// Those that can't be served.
    faulty: BTreeSet<u32>,
    /// The state that was looked at last.
    state: Arc<State>,
    owes_progress: bool,
}

/// A view that is followed.
pub(super) struct View {
    /// What was asked for, or why it never can be served.
    pub(super) asked: Result<Asked, Fault>,
    pub(super) sent: Sent,
}

/// What was sent of a view.
#[derive(Default)]
pub(super) struct Sent {
    /// The splits that concerned it.
    pub(super) splits: Vec<SplitId>,
    /// Whether its documents linked to others.
    pub(super) is_linked: bool,
    /// The hash over its last state. None before the first, and after a fault.
    pub(super) state: Option<Sha256>,
    /// The position up to which its history was sent, with its splits then.
    pub(super) history: Option<(Seq, Vec<SplitId>)>,
    /// Why it can't be served, if so.
    pub(super) fault: Option<(Reason, String)>,
}

impl Followed {
    /// None yet.
    pub(super) fn at(state: Arc<State>) -> Self {
        Self {
            views: BTreeMap::new(),
            labels: HashMap::new(),
            due: BTreeSet::new(),
            faulty: BTreeSet::new(),
            state,
            owes_progress: false,
        }
    }

    /// Follows one more.
    ///
    /// # Errors
    /// Its number is in use, or there are too many.
    pub(super) fn add(&mut self, number: u32, asked: Result<Asked, Fault>) -> Result<(), Fault> {
        if self.views.contains_key(&number) {
            let why = format!("{number} is in use on this stream");
            return Err(Fault::invalid("add.number", why));
        }
        if self.views.len() == MAX_VIEWS {
            let why = format!("{MAX_VIEWS} views are followed, which are as many as a stream may");
            return Err(Fault::invalid("add", why));
        }
        for label in labels_of(&asked) {
            *self.labels.entry(label.clone()).or_default() += 1;
        }
        let sent = Sent::default();
        self.views.insert(number, View { asked, sent });
        self.due.insert(number);
        Ok(())
    }

    /// Follows one less, if it is followed.
    pub(super) fn remove(&mut self, number: u32) {
        let Some(view) = self.views.remove(&number) else {
            return;
        };
        for label in labels_of(&view.asked) {
            if let Some(count) = self.labels.get_mut(label) {
                *count -= 1;
                if *count == 0 {
                    self.labels.remove(label);
                }
            }
        }
        self.due.remove(&number);
        self.faulty.remove(&number);
    }

    /// Looks at a newer state for what may have moved.
    pub(super) fn move_to(&mut self, state: Arc<State>) {
        if state.head == self.state.head {
            return;
        }
        let moved = ViewsMoved::between(&self.state, &state, self.labels.keys());
        self.state = state;
        self.owes_progress = true;
        self.due.extend(&self.faulty);
        if moved.is_empty() {
            return;
        }
        for (number, view) in &self.views {
            let asked = view.asked.as_ref();
            if asked.is_ok_and(|asked| {
                moved.concerns(&asked.key, &view.sent.splits, view.sent.is_linked)
            }) {
                self.due.insert(*number);
            }
        }
    }

    /// Owes the word that nothing changed, and tries again what the store could not give.
    pub(super) fn owe_progress(&mut self) {
        self.owes_progress = true;
        let failed = self.faulty.iter().filter(|number| {
            let sent = self
                .views
                .get(number)
                .and_then(|view| view.sent.fault.as_ref());
            sent.is_some_and(|(reason, _)| may_pass(*reason))
        });
        let failed: Vec<u32> = failed.take(RETRIED_AT_ONCE).copied().collect();
        self.due.extend(failed);
    }

    /// The position up to which all has been sent, if that is owed.
    pub(super) fn take_progress(&mut self) -> Option<Seq> {
        std::mem::take(&mut self.owes_progress).then_some(self.state.head)
    }

    /// The next one that may have to be sent.
    pub(super) fn next(&mut self) -> Option<u32> {
        self.due.pop_first()
    }

    /// The state that was looked at last.
    pub(super) fn state(&self) -> &Arc<State> {
        &self.state
    }

    pub(super) fn len(&self) -> usize {
        self.views.len()
    }

    /// The splits that concern what is followed.
    pub(super) fn splits(&self) -> HashSet<&str> {
        let views = self.views.values();
        let splits = views.flat_map(|view| &view.sent.splits);
        splits.map(SplitId::as_str).collect()
    }

    pub(super) fn get(&self, number: u32) -> Option<&View> {
        self.views.get(&number)
    }

    /// Notes that a state was read. Gives what was sent before.
    pub(super) fn note_state(&mut self, number: u32) -> Option<&mut Sent> {
        self.faulty.remove(&number);
        let sent = &mut self.views.get_mut(&number)?.sent;
        sent.fault = None;
        Some(sent)
    }

    /// Notes that a view can't be served. Whether its caller does not know that.
    pub(super) fn note_fault(&mut self, number: u32, fault: &Fault) -> bool {
        let Some(view) = self.views.get_mut(&number) else {
            return false;
        };
        // what was refused as it was asked for stays so
        if view.asked.is_ok() {
            self.faulty.insert(number);
        }
        let now = Some((fault.reason(), fault.message().to_owned()));
        let is_news = view.sent.fault != now;
        view.sent.fault = now;
        view.sent.state = None;
        is_news
    }
}

fn labels_of(asked: &Result<Asked, Fault>) -> impl Iterator<Item = &Label> {
    asked.iter().flat_map(|asked| &asked.key.labels)
}

/// Whether a fault may pass without a record of the log.
fn may_pass(reason: Reason) -> bool {
    match reason {
        Reason::Internal | Reason::StoreDamaged | Reason::DeadlineExceeded => true,
        other => other.is_transient(),
    }
}
