//! Names of records that hold in every cluster. In its own log a record is named by its position;
//! other clusters have it at another one.

use std::fmt;

use imbl::{HashMap, OrdMap};

use super::{Body, ClusterId, Record, Seq, StoreId};

/// A record's name in all clusters: who wrote it, in which store, and as which of its own records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    pub cluster: ClusterId,
    /// The store it was written in. Nil where it was not written down, which is this store's.
    pub store: StoreId,
    /// Which of the records it is that were written there, from 1.
    pub sequence: u64,
}

/// The dots of what records refer to, by their positions, and the other way round.
///
/// A log begins with a run of records of one store, whose own sequence is the log's. As long as
/// nothing else came, nothing is kept but that run. Behind it are kept the dots of change sets,
/// freezes and overrides, for as long as these are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dots {
    run: Option<Run>,
    named: OrdMap<Seq, Dot>,
    positions: HashMap<Dot, Seq>,
}

/// The log's first records, if each has the sequence of its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub cluster: ClusterId,
    pub store: StoreId,
    /// The last record of it.
    pub last: Seq,
}

impl Dot {
    /// The name of a record.
    pub fn of(record: &Record) -> Self {
        Self {
            cluster: record.origin.cluster.clone(),
            store: record.origin.store,
            sequence: record.origin.sequence,
        }
    }
}

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cluster, store) = (&self.cluster, self.store.simple());
        write!(f, "{cluster}:{store}:{}", self.sequence)
    }
}

impl Run {
    fn has(&self, dot: &Dot) -> bool {
        self.store == dot.store && self.cluster == dot.cluster
    }

    fn dot(&self, seq: Seq) -> Dot {
        Dot {
            cluster: self.cluster.clone(),
            store: self.store,
            sequence: seq.0,
        }
    }
}

impl Dots {
    /// The name of what was written at a position. None where nothing that has one is kept.
    pub fn dot(&self, seq: Seq) -> Option<Dot> {
        match self.run() {
            Some(run) if (Seq(1)..=run.last).contains(&seq) => Some(run.dot(seq)),
            _ => self.named.get(&seq).cloned(),
        }
    }

    /// The position of what has a name. None where it is not kept.
    pub fn position(&self, dot: &Dot) -> Option<Seq> {
        let of_run = self.run().filter(|run| run.has(dot));
        match of_run {
            Some(run) if (1..=run.last.0).contains(&dot.sequence) => Some(Seq(dot.sequence)),
            _ => self.positions.get(dot).copied(),
        }
    }

    /// The log's first records.
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// The names behind these, by their positions.
    pub fn named(&self) -> impl Iterator<Item = (Seq, &Dot)> {
        self.named.iter().map(|(seq, dot)| (*seq, dot))
    }

    /// Notes the name of a record.
    pub(super) fn note(&mut self, record: &Record) {
        let dot = Dot::of(record);
        if self.continues(record.seq, &dot) {
            self.restore_run(Run {
                cluster: dot.cluster,
                store: dot.store,
                last: record.seq,
            });
        } else if is_referred_to(&record.body) {
            self.restore(record.seq, dot);
        }
    }

    fn continues(&self, seq: Seq, dot: &Dot) -> bool {
        let last = match self.run() {
            Some(run) if !run.has(dot) => return false,
            Some(run) => run.last,
            None => Seq(0),
        };
        dot.sequence == seq.0 && seq == last.next()
    }

    /// Restores the log's first records from a checkpoint.
    pub fn restore_run(&mut self, run: Run) {
        self.run = Some(run);
    }

    /// Restores a name from a checkpoint.
    pub fn restore(&mut self, seq: Seq, dot: Dot) {
        self.positions.insert(dot.clone(), seq);
        self.named.insert(seq, dot);
    }

    /// Forgets the name of what is no longer kept.
    pub(super) fn forget(&mut self, seq: Seq) {
        if let Some(dot) = self.named.remove(&seq) {
            self.positions.remove(&dot);
        }
    }
}

/// Whether other records name what this one wrote, by its position.
fn is_referred_to(body: &Body) -> bool {
    match body {
        Body::Change { .. } | Body::FreezeSet(_) | Body::OverrideSet(_) => true,
        Body::Release { .. }
        | Body::Discard { .. }
        | Body::Restage { .. }
        | Body::Unchanged { .. }
        | Body::SplitMoved(_)
        | Body::SplitEnded { .. }
        | Body::LabelRemoved { .. }
        | Body::LabelDetached { .. }
        | Body::SourceImported { .. }
        | Body::FreezeEnded(_)
        | Body::OverrideEnded(_)
        | Body::KeyCreated(_)
        | Body::KeyRotated(_)
        | Body::KeyRevoked(..)
        | Body::Retained { .. }
        | Body::OwnershipSet(_) => false,
    }
}
