//! Checkpoints: the state at one position, so that a start reads little.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;
use vortex_store::Transaction;

use super::{
    ConfigStore, Error,
    codec::{from, open, seal, to},
    keys,
    stored::{self, item::Kind},
};
use crate::domain::{ClusterId, Label, Run, Seq, Sha256, State, StoreId, fold};

/// The size of a part in bytes. The last one is smaller.
const PART_BYTES: usize = 1 << 20;

impl ConfigStore {
    /// Loads the state: the last checkpoint with the records after it folded in.
    pub async fn load(&self) -> Result<State, Error> {
        let mut state = self.load_checkpoint().await?;
        loop {
            let records = self.records_after(state.head).await?;
            if records.is_empty() {
                break;
            }
            for record in &records {
                state = fold(&state, record)?;
            }
        }
        self.check_head(&state).await?;
        Ok(state)
    }

    /// Writes `state` as the checkpoint that the next start begins with. Returns its size in bytes.
    pub async fn save_checkpoint(&self, state: State) -> Result<usize, Error> {
        let seq = state.head.0;
        let bytes = tokio::task::spawn_blocking(move || encode(&state))
            .await
            .map_err(|_| Error::damaged("the state"))?;
        let before = self.checkpoint_pointer().await?.unwrap_or_default();
        let pointer = stored::Checkpoint {
            generation: before.generation + 1,
            seq,
            parts: bytes.len().div_ceil(PART_BYTES) as u32,
            sha256: Sha256::of(&bytes).0.to_vec(),
        };
        for index in 0..pointer.parts {
            let start = index as usize * PART_BYTES;
            let part = bytes.slice(start..bytes.len().min(start + PART_BYTES));
            let key = keys::checkpoint_part(pointer.generation, index);
            self.engine
                .commit(Transaction::new().put(key, part))
                .await?;
        }
        let switch = Transaction::new().put(keys::CHECKPOINT, seal(&pointer));
        self.engine.commit(switch).await?;
        Ok(bytes.len())
    }

    /// The position of the checkpoint in force; 0 if there is none.
    pub async fn checkpoint_seq(&self) -> Result<Seq, Error> {
        let pointer = self.checkpoint_pointer().await?;
        Ok(Seq(pointer.map_or(0, |pointer| pointer.seq)))
    }

    pub(super) async fn checkpoint_pointer(&self) -> Result<Option<stored::Checkpoint>, Error> {
        let Some(entry) = self.engine.get(keys::CHECKPOINT).await? else {
            return Ok(None);
        };
        open(&entry.value)
            .map(Some)
            .map_err(|why| Error::unreadable("the checkpoint's pointer", why))
    }

    async fn load_checkpoint(&self) -> Result<State, Error> {
        let Some(pointer) = self.checkpoint_pointer().await? else {
            return Ok(State::default());
        };
        let parts = keys::checkpoint_parts(pointer.generation);
        let bytes = self.join(parts, pointer.parts).await?;
        let damaged = || Error::damaged(format!("the checkpoint at {}", pointer.seq));
        if Sha256::of(&bytes).0[..] != pointer.sha256 {
            return Err(damaged());
        }
        let mut loading = Loading {
            state: State::default(),
            label: None,
            store: self.id(),
        };
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let item = stored::Item::decode_length_delimited(&mut rest).map_err(|_| damaged())?;
            loading.add(item).ok_or_else(damaged)?;
        }
        Ok(loading.state)
    }

    /// The head is written with each record, so a log that ends before it lost
    /// records.
    async fn check_head(&self, state: &State) -> Result<(), Error> {
        let Some(entry) = self.engine.get(keys::HEAD).await? else {
            return match state.head {
                Seq(0) => Ok(()),
                _ => Err(Error::damaged("the head")),
            };
        };
        let head: [u8; 8] = (&*entry.value)
            .try_into()
            .map_err(|_| Error::damaged("the head"))?;
        if u64::from_be_bytes(head) == state.head.0 {
            Ok(())
        } else {
            Err(Error::damaged(format!(
                "the log, which ends at {} and not at {},",
                state.head,
                u64::from_be_bytes(head)
            )))
        }
    }
}

struct Loading {
    state: State,
    label: Option<Label>,
    /// The store that is loaded.
    store: StoreId,
}

impl Loading {
    fn add(&mut self, item: stored::Item) -> Option<()> {
        match item.kind? {
            Kind::Head(head) => {
                self.add_head(head)?;
            }
            Kind::Named(named) => {
                let dot = named.dot?.try_into().ok()?;
                self.state.dots.restore(Seq(named.seq), dot);
            }
            Kind::Label(label) => {
                let (name, label) = from::label(label).ok()?;
                self.state.labels.insert(Label::clone(&name), label);
                self.label = Some(name);
            }
            Kind::Document(document) => {
                let label = self.label.as_ref()?;
                self.state
                    .restore_document(label, document.try_into().ok()?);
            }
            Kind::Change(change) => {
                self.state.restore_change(change.try_into().ok()?);
            }
            Kind::Answer(answer) => {
                let (principal, id, answered) = from::answer(answer).ok()?;
                self.state.restore_request(&principal, &id, answered);
            }
            Kind::Split(split) => self.state.restore_split(split.try_into().ok()?),
            Kind::Source(source) => {
                let (name, unread) = from::source(&source);
                self.state.sources.insert(name, unread);
            }
            Kind::Freeze(freeze) => {
                self.state.restore_freeze(Arc::new(freeze.try_into().ok()?));
            }
            Kind::Override(set) => {
                let set = Arc::new(set.try_into().ok()?);
                self.state.restore_override(set);
            }
            Kind::Key(key) => self.state.restore_key(Arc::new(key.try_into().ok()?)),
            Kind::Ownership(owned) => {
                self.state.ownership.note(Arc::new(owned.try_into().ok()?));
            }
            Kind::EndedSplit(ended) => self.state.restore_ended(ended.try_into().ok()?),
        }
        Some(())
    }

    fn add_head(&mut self, head: stored::Head) -> Option<()> {
        self.state.head = Seq(head.seq);
        self.state.time = head.time?.try_into().ok()?;
        self.state.own_sequence = head.own_sequence.unwrap_or(head.seq);
        let run = match (head.run, head.own_sequence) {
            (Some(run), _) => run.try_into().ok()?,
            (None, Some(_)) => return Some(()),
            // from before it was told: the log was all of this store
            (None, None) => Run {
                cluster: ClusterId::default(),
                store: self.store,
                last: self.state.head,
            },
        };
        self.state.dots.restore_run(run);
        Some(())
    }
}

fn encode(state: &State) -> Bytes {
    let mut bytes = Vec::new();
    add(&mut bytes, Kind::Head(state.into()));
    for (name, label) in &state.labels {
        add(&mut bytes, Kind::Label(to::label(name, label)));
        for document in label.documents.values() {
            add(&mut bytes, Kind::Document((&**document).into()));
        }
    }
    for (name, unread) in &state.sources {
        add(&mut bytes, Kind::Source(to::source(name, unread)));
    }
    for entry in state.changes.values() {
        add(&mut bytes, Kind::Change(entry.into()));
    }
    for (principal, id, answered) in state.requests.iter() {
        add(
            &mut bytes,
            Kind::Answer(to::answer(principal, id, answered)),
        );
    }
    // after the documents that they hold
    for split in state.splits.values() {
        add(&mut bytes, Kind::Split((&**split).into()));
    }
    for ended in state.ended.iter() {
        add(&mut bytes, Kind::EndedSplit((&**ended).into()));
    }
    for freeze in state.freezes.values() {
        add(&mut bytes, Kind::Freeze((&**freeze).into()));
    }
    for set in state.overrides.values() {
        add(&mut bytes, Kind::Override((&**set).into()));
    }
    for (seq, dot) in state.dots.named() {
        let named = stored::Named {
            seq: seq.0,
            dot: Some(dot.into()),
        };
        add(&mut bytes, Kind::Named(named));
    }
    for owned in state.ownership.iter() {
        add(&mut bytes, Kind::Ownership((&**owned).into()));
    }
    for key in state.keys.values() {
        add(&mut bytes, Kind::Key((&**key).into()));
    }
    bytes.into()
}

#[allow(clippy::expect_used)]
fn add(bytes: &mut Vec<u8>, kind: Kind) {
    let item = stored::Item { kind: Some(kind) };
    item.encode_length_delimited(bytes)
        .expect("encoding fails only for want of space, and a Vec grows");
}
