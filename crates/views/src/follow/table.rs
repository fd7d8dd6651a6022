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

use super::{
    Content, Fresh, Options,
    entry::{Entry, Known},
    reads::Reads,
};
use crate::{Fleet, SourceAge, Token, View, view::Fault};

/// How long config-svc may say nothing before it counts as away. It says something each second.
const CURRENT: Duration = Duration::from_secs(3);
/// The part of all views that is let go at once when there are too many: so that this, which looks
/// at all of them, happens seldom.
const LET_GO: usize = 64;
/// The most views of a stream.
const MOST: usize = 10_000;
/// The most sources of which it is kept when they were read.
const MOST_SOURCES: usize = 1_000;

type ByFleet = imbl::HashMap<Fleet, Arc<Entry>>;

/// The views that are followed.
#[derive(Debug)]
pub(super) struct Table {
    options: Options,
    clock: Arc<dyn Clock>,
    /// By what is followed of them.
    known: [ArcSwap<ByFleet>; Content::COUNT],
    /// The present round: see [`Entry::asked`].
    round: AtomicU64,
    inner: Mutex<Inner>,
    wants: Notify,
    changes: Notify,
    /// Milliseconds of the monotonic clock when config-svc was last heard from, plus one. 0 before.
    heard: AtomicU64,
    /// The number of the present stream.
    stream: AtomicU64,
    progress: ArcSwapOption<Progress>,
    /// When sources were read, by name: what was told since the views were sent.
    ages: ArcSwap<HashMap<Arc<str>, SourceAge>>,
    pub(super) reads: Reads,
}

/// Up to where all that has changed was sent.
#[derive(Clone, Copy, Debug)]
struct Progress {
    token: Token,
    /// The number of the stream that it was heard on.
    stream: u64,
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
    /// About how many bytes all take.
    weight: usize,
}

impl Table {
    pub(super) fn new(options: Options, clock: Arc<dyn Clock>) -> Self {
        Self {
            options: Options {
                most: options.most.clamp(1, MOST),
                ..options
            },
            clock,
            known: Default::default(),
            round: AtomicU64::new(0),
            inner: Mutex::default(),
            wants: Notify::new(),
            changes: Notify::new(),
            heard: AtomicU64::new(0),
            stream: AtomicU64::new(0),
            progress: ArcSwapOption::empty(),
            ages: ArcSwap::default(),
            reads: Reads::default(),
        }
    }

    /// The entry of a fleet, which is followed from now on. None if there is no room: all that are
    /// followed are held.
    pub(super) fn entry(&self, fleet: &Fleet, content: Content) -> Option<Arc<Entry>> {
        if let Some(entry) = self.known(content).load().get(fleet) {
            entry.touch(self.round.load(Relaxed));
            return Some(entry.clone());
        }
        let entry = self.begin(&mut self.inner(), fleet, content)?;
        entry.note_read();
        self.wants.notify_one();
        Some(entry)
    }

    /// The same, which is not let go until it is released.
    pub(super) fn hold(&self, fleet: &Fleet, content: Content) -> Option<Arc<Entry>> {
        let mut inner = self.inner();
        let entry = self.begin(&mut inner, fleet, content)?;
        let is_first = !entry.is_held();
        entry.hold();
        // what is held is never let go, so no more of it is than there is room for
        if is_first && inner.weight > self.options.bytes {
            self.lighten(&mut inner);
            if inner.weight > self.options.bytes {
                self.end_hold(&mut inner, &entry);
                return None;
            }
        }
        drop(inner);
        self.wants.notify_one();
        Some(entry)
    }

    /// Ends a hold. What was followed for it alone is let go.
    pub(super) fn release(&self, entry: &Entry) {
        let mut inner = self.inner();
        self.end_hold(&mut inner, entry);
        drop(inner);
        self.wants.notify_one();
    }

    fn end_hold(&self, inner: &mut Inner, entry: &Entry) {
        if entry.release() && entry.is_held_alone() {
            self.let_go(inner, entry);
        }
    }

    fn known(&self, content: Content) -> &ArcSwap<ByFleet> {
        &self.known[content.index()]
    }

    fn begin(&self, inner: &mut Inner, fleet: &Fleet, content: Content) -> Option<Arc<Entry>> {
        let known = self.known(content);
        // two may ask for it first
        if let Some(entry) = known.load().get(fleet) {
            return Some(entry.clone());
        }
        if inner.numbers.len() >= self.options.most {
            self.make_room(inner)?;
        }
        let number = inner.free_number();
        // later than all that was asked for before, and earlier than what is from now on
        let round = self.round.fetch_add(2, Relaxed) + 1;
        let entry = Arc::new(Entry::new(fleet.clone(), content, number, round));
        inner.numbers.insert(number, entry.clone());
        inner.unsaid.insert(number);
        let mut with = ByFleet::clone(&known.load());
        with.insert(fleet.clone(), entry.clone());
        known.store(Arc::new(with));
        Some(entry)
    }

    /// Lets go of those that nobody asked for longest. None if all are held.
    fn make_room(&self, inner: &mut Inner) -> Option<()> {
        let least = inner.numbers.len() + 1 - self.options.most;
        let gone = (self.options.most / LET_GO).max(least);
        let all = inner.least_asked();
        for entry in all.iter().take(gone) {
            self.let_go(inner, entry);
        }
        (inner.numbers.len() < self.options.most).then_some(())
    }

    /// Lets go of those that nobody asked for longest, until all have room.
    fn lighten(&self, inner: &mut Inner) {
        let goal = self.options.bytes - self.options.bytes / LET_GO;
        for entry in inner.least_asked() {
            if inner.weight <= goal {
                break;
            }
            self.let_go(inner, &entry);
        }
    }

    fn let_go(&self, inner: &mut Inner, entry: &Entry) {
        let known = self.known(entry.content);
        let mut without = ByFleet::clone(&known.load());
        // one of the same fleet may be followed since
        let is_it = |found: &Arc<Entry>| found.number == entry.number;
        if without.get(&entry.fleet).is_some_and(is_it) {
            without.remove(&entry.fleet);
            known.store(Arc::new(without));
            inner.let_go(entry);
        }
    }

    pub(super) fn forget(&self, fleet: &Fleet, content: Content) {
        let mut inner = self.inner();
        let entry = self.known(content).load().get(fleet).cloned();
        if let Some(entry) = entry {
            self.let_go(&mut inner, &entry);
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
        drop(inner);
        self.stream.fetch_add(1, Relaxed);
        self.reads.restart();
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
                    content: pb::ViewContent::from(entry.content).into(),
                    origins: entry.content.has_origins(),
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
        self.settle(inner, &entry, view);
    }

    /// Takes that a view can't be served.
    pub(super) fn take_fault(&self, fault: pb::ViewFault) {
        let inner = self.inner();
        let Some(entry) = inner.numbers.get(&fault.number).cloned() else {
            return;
        };
        let before = entry.view();
        let view = before.as_deref().cloned().unwrap_or_default();
        self.settle(inner, &entry, view.failed(fault.into()));
    }

    fn settle(&self, mut inner: MutexGuard<'_, Inner>, entry: &Arc<Entry>, view: View) {
        let weight = view.weight();
        let before = entry.weight.swap(weight, Relaxed);
        inner.weight = inner.weight.saturating_sub(before).saturating_add(weight);
        let reads = self.reads.of_view(&view.splits);
        entry.settle(Known {
            view: Arc::new(view),
            stream: self.stream.load(Relaxed),
            reads,
        });
        inner.changed.insert(entry.fleet.clone());
        let is_heavy = inner.weight > self.options.bytes;
        if is_heavy {
            self.lighten(&mut inner);
        }
        drop(inner);
        self.changes.notify_one();
        if is_heavy {
            self.wants.notify_one();
        }
    }

    /// Takes that all that has changed up to a position was sent.
    pub(super) fn take_progress(&self, token: Token) {
        let stream = self.stream.load(Relaxed);
        self.progress
            .store(Some(Arc::new(Progress { token, stream })));
    }

    /// Takes that a source was read again.
    pub(super) fn take_age(&self, age: SourceAge) {
        let mut ages = HashMap::clone(&self.ages.load());
        if ages.len() < MOST_SOURCES || ages.contains_key(&age.source) {
            ages.insert(age.source.clone(), age);
            self.ages.store(Arc::new(ages));
        }
    }

    /// How current the source of a view is.
    pub(super) fn age(&self, view: &View) -> Option<SourceAge> {
        let sent = view.source_age.as_ref()?;
        let ages = self.ages.load();
        let told = ages.get(&sent.source);
        let newest = told.filter(|told| told.last_success >= sent.last_success);
        Some(newest.unwrap_or(sent).clone())
    }

    /// What is known of a fleet that is followed, if the stream tells of it now.
    pub(super) fn fresh(&self, fleet: &Fleet, content: Content) -> Option<Fresh> {
        let known = self.known(content).load();
        let entry = known.get(fleet)?;
        entry.touch(self.round.load(Relaxed));
        self.fresh_of(entry)
    }

    pub(super) fn fresh_of(&self, entry: &Entry) -> Option<Fresh> {
        if !self.is_current() {
            return None;
        }
        // first: what was said of all holds for whichever state is found after it
        let progress = self.progress.load().as_deref().copied()?;
        let known = entry.known();
        let known = known.as_ref()?;
        // a stream that began since says nothing of what was sent on another before
        if known.stream < progress.stream || known.view.store != progress.token.store {
            return None;
        }
        let heard = match known.stream == progress.stream {
            true => progress.token.position,
            false => 0,
        };
        let position = known.view.position.max(heard);
        Some(Fresh {
            token: Token {
                position,
                ..progress.token
            },
            known: known.clone(),
        })
    }

    /// Whether a fleet is followed.
    pub(super) fn follows(&self, fleet: &Fleet, content: Content) -> bool {
        self.known(content).load().contains_key(fleet)
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
        self.progress
            .load()
            .as_deref()
            .map(|progress| progress.token)
    }

    pub(super) fn take_changed(&self) -> Vec<Fleet> {
        self.inner().changed.drain().collect()
    }

    /// Waits until something has changed since it was taken last. Cancel safe.
    pub(super) async fn has_changed(&self) {
        self.changes.notified().await;
    }

    pub(super) fn len(&self) -> usize {
        self.known.iter().map(|known| known.load().len()).sum()
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

    /// Those that nobody holds, the one that nobody asked for longest first.
    fn least_asked(&self) -> Vec<Arc<Entry>> {
        let free = self.numbers.values().filter(|entry| !entry.is_held());
        let mut all: Vec<Arc<Entry>> = free.cloned().collect();
        all.sort_unstable_by_key(|entry| entry.asked());
        all
    }

    fn let_go(&mut self, entry: &Entry) {
        self.numbers.remove(&entry.number);
        self.begun.remove(&entry.number);
        self.changed.remove(&entry.fleet);
        let weight = entry.weight.swap(0, Relaxed);
        self.weight = self.weight.saturating_sub(weight);
        if !self.unsaid.remove(&entry.number) {
            self.obsolete.insert(entry.number);
        }
        entry.let_go();
    }
}
