//! The views that are followed: read without a lock, changed under one.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::Notify;
use vortex_kit::clock::Clock;
use vortex_proto::config::v1 as pb;

use super::{Options, entry::Entry};
use crate::{Fleet, Token, View, view::Fault};

/// How long config-svc may say nothing before it counts as away. It says something each second.
const CURRENT: Duration = Duration::from_secs(3);
/// The part of all views that is let go at once when there are too many: so that this, which looks
/// at all of them, happens seldom.
const LET_GO: usize = 64;
/// The most views of a stream.
const MOST: usize = 10_000;

type Known = imbl::HashMap<Fleet, Arc<Entry>>;

/// The views that are followed.
#[derive(Debug)]
pub(super) struct Table {
    options: Options,
    clock: Arc<dyn Clock>,
    known: ArcSwap<Known>,
    /// The present round: see [`Entry::asked`].
    round: AtomicU64,
    inner: Mutex<Inner>,
    wants: Notify,
    changes: Notify,
    /// Milliseconds of the monotonic clock when config-svc was last heard from, plus one. 0 before.
    heard: AtomicU64,
    token: ArcSwapOption<Token>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u32,
    numbers: HashMap<u32, Arc<Entry>>,
    /// The numbers that the stream has to be told of.
    unsaid: BTreeSet<u32>,
    /// The numbers that the stream was told of and that are followed no longer.
    obsolete: BTreeSet<u32>,
    /// The numbers of which the present stream has sent a state.
    begun: HashSet<u32>,
    /// Those followed whose views have changed.
    changed: HashSet<Fleet>,
}

impl Table {
    pub(super) fn new(options: Options, clock: Arc<dyn Clock>) -> Self {
        Self {
            options: Options {
                most: options.most.clamp(1, MOST),
                ..options
            },
            clock,
            known: ArcSwap::default(),
            round: AtomicU64::new(0),
            inner: Mutex::default(),
            wants: Notify::new(),
            changes: Notify::new(),
            heard: AtomicU64::new(0),
            token: ArcSwapOption::empty(),
        }
    }

    /// The entry of a fleet, which is followed from now on.
    pub(super) fn entry(&self, fleet: &Fleet) -> Arc<Entry> {
        if let Some(entry) = self.known.load().get(fleet) {
            entry.touch(self.round.load(Relaxed));
            return entry.clone();
        }
        self.begin(fleet)
    }

    fn begin(&self, fleet: &Fleet) -> Arc<Entry> {
        let mut inner = self.inner();
        let mut known = Known::clone(&self.known.load());
        // two may ask for it first
        if let Some(entry) = known.get(fleet) {
            return entry.clone();
        }
        if known.len() >= self.options.most {
            self.make_room(&mut known, &mut inner);
        }
        let number = inner.free_number();
        // later than all that was asked for before, and earlier than what is from now on
        let round = self.round.fetch_add(2, Relaxed) + 1;
        let entry = Arc::new(Entry::new(fleet.clone(), number, round));
        inner.numbers.insert(number, entry.clone());
        inner.unsaid.insert(number);
        known.insert(fleet.clone(), entry.clone());
        self.known.store(Arc::new(known));
        drop(inner);
        self.wants.notify_one();
        entry
    }

    /// Lets go of those that nobody asked for longest.
    fn make_room(&self, known: &mut Known, inner: &mut Inner) {
        let mut all: Vec<Arc<Entry>> = known.values().cloned().collect();
        let least = known.len() + 1 - self.options.most;
        let gone = (self.options.most / LET_GO).max(least);
        all.sort_unstable_by_key(|entry| entry.asked());
        for entry in &all[..gone] {
            known.remove(&entry.fleet);
            inner.let_go(entry);
        }
    }

    pub(super) fn forget(&self, fleet: &Fleet) {
        let mut inner = self.inner();
        let mut known = Known::clone(&self.known.load());
        if let Some(entry) = known.remove(fleet) {
            inner.let_go(&entry);
            self.known.store(Arc::new(known));
            drop(inner);
            self.wants.notify_one();
        }
    }

    /// Begins a stream, which has to be told of all views.
    pub(super) fn restart(&self) {
        let mut inner = self.inner();
        inner.obsolete.clear();
        inner.begun.clear();
        inner.unsaid = inner.numbers.keys().copied().collect();
    }

    /// What the stream has to be told next. What is no longer followed goes first, since a stream
    /// has room for so many.
    pub(super) fn request(&self) -> Option<pb::WatchViewsRequest> {
        use pb::watch_views_request::Request;
        let mut inner = self.inner();
        let request = match inner.obsolete.pop_first() {
            Some(number) => Request::Remove(pb::RemoveView { number }),
            None => {
                let number = inner.unsaid.pop_first()?;
                let entry = inner.numbers.get(&number)?;
                Request::Add(pb::AddView {
                    number,
                    view: Some((&entry.fleet).into()),
                    content: pb::ViewContent::from(self.options.content).into(),
                    history: self.options.history,
                    ..pb::AddView::default()
                })
            }
        };
        Some(pb::WatchViewsRequest {
            request: Some(request),
        })
    }

    /// Waits until there may be something to tell. Cancel safe.
    pub(super) async fn wants(&self) {
        self.wants.notified().await;
    }

    /// Whether the stream lags so far behind that it is better begun again.
    pub(super) fn is_overdue(&self) -> bool {
        self.inner().obsolete.len() > self.options.most
    }

    /// Takes the state of a view.
    pub(super) fn take(&self, state: pb::ViewState) {
        let number = state.number;
        let mut inner = self.inner();
        let Some(entry) = inner.numbers.get(&number).cloned() else {
            return;
        };
        let before = entry.view();
        let sent = before.as_deref().filter(|_| inner.begun.contains(&number));
        let view = View::read(state, &entry.fleet, sent).unwrap_or_else(|error| {
            tracing::warn!(view = %entry.fleet, %error, "config-svc sent a view that can't be read");
            let fault = Fault {
                reason: "INTERNAL".into(),
                message: error.to_string().into(),
            };
            before.as_deref().cloned().unwrap_or_default().failed(fault)
        });
        inner.begun.insert(number);
        inner.settle(&entry, view);
        drop(inner);
        self.changes.notify_one();
    }

    /// Takes that a view can't be served.
    pub(super) fn take_fault(&self, fault: pb::ViewFault) {
        let mut inner = self.inner();
        let Some(entry) = inner.numbers.get(&fault.number).cloned() else {
            return;
        };
        let before = entry.view();
        let view = before.as_deref().cloned().unwrap_or_default();
        inner.settle(&entry, view.failed(fault.into()));
        drop(inner);
        self.changes.notify_one();
    }

    /// Takes that all that has changed up to a position was sent.
    pub(super) fn take_progress(&self, token: Token) {
        self.token.store(Some(Arc::new(token)));
    }

    /// Notes that config-svc was heard from.
    pub(super) fn hear(&self) {
        self.heard.store(self.millis() + 1, Relaxed);
    }

    pub(super) fn is_current(&self) -> bool {
        let heard = self.heard.load(Relaxed);
        let silence = (self.millis() + 1).saturating_sub(heard);
        heard != 0 && u128::from(silence) <= CURRENT.as_millis()
    }

    pub(super) fn token(&self) -> Option<Token> {
        self.token.load().as_deref().copied()
    }

    pub(super) fn take_changed(&self) -> Vec<Fleet> {
        self.inner().changed.drain().collect()
    }

    /// Waits until something has changed since it was taken last. Cancel safe.
    pub(super) async fn has_changed(&self) {
        self.changes.notified().await;
    }

    pub(super) fn len(&self) -> usize {
        self.known.load().len()
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(u64::MAX - 1)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// A number that nothing has, also not what the stream was not yet told is over.
    fn free_number(&mut self) -> u32 {
        loop {
            let number = self.next;
            self.next = self.next.wrapping_add(1);
            if !self.numbers.contains_key(&number) && !self.obsolete.contains(&number) {
                return number;
            }
        }
    }

    fn settle(&mut self, entry: &Entry, view: View) {
        entry.settle(view);
        self.changed.insert(entry.fleet.clone());
    }

    fn let_go(&mut self, entry: &Entry) {
        self.numbers.remove(&entry.number);
        self.begun.remove(&entry.number);
        self.changed.remove(&entry.fleet);
        if !self.unsaid.remove(&entry.number) {
            self.obsolete.insert(entry.number);
        }
        entry.let_go();
    }
}
