//! How records and states are written down: protobuf, so that fields can be
//! added. Tags are never reused.

mod from_stored;
mod split;
mod to_stored;

#[cfg(test)]
mod tests;

pub(super) use split::{StoredEndedSplit, StoredSplit};

use prost::{Message, Oneof};
use split::{StoredSplitEnd, StoredSplitMove};

/// A record of the log.
#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredRecord {
    #[prost(uint64, tag = "1")]
    pub(super) seq: u64,
    #[prost(message, required, tag = "2")]
    pub(super) time: StoredTime,
    #[prost(uint64, tag = "3")]
    pub(super) epoch: u64,
    #[prost(string, tag = "4")]
    pub(super) cluster: String,
    #[prost(uint64, tag = "5")]
    pub(super) origin_sequence: u64,
    #[prost(string, tag = "6")]
    pub(super) principal: String,
    #[prost(message, optional, tag = "7")]
    pub(super) request: Option<StoredRequestKey>,
    #[prost(
        oneof = "StoredBody",
        tags = "8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21"
    )]
    pub(super) body: Option<StoredBody>,
    #[prost(message, optional, tag = "30")]
    pub(super) about: Option<StoredChangeName>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredChangeName {
    #[prost(string, tag = "1")]
    pub(super) label: String,
    #[prost(string, tag = "2")]
    pub(super) name: String,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum StoredBody {
    #[prost(message, tag = "8")]
    Change(StoredChangeBody),
    #[prost(uint64, tag = "9")]
    Release(u64),
    #[prost(uint64, tag = "10")]
    Discard(u64),
    #[prost(string, tag = "11")]
    LabelRemoved(String),
    #[prost(uint64, tag = "12")]
    Restage(u64),
    #[prost(uint64, tag = "13")]
    Unchanged(u64),
    #[prost(string, tag = "20")]
    LabelDetached(String),
    #[prost(message, tag = "21")]
    SourceImported(StoredSource),
    #[prost(message, tag = "14")]
    SplitMoved(StoredSplitMove),
    #[prost(message, tag = "15")]
    SplitEnded(StoredSplitEnd),
    /// A release that ended splits, or has a reason; any other is `Release`.
    #[prost(message, tag = "16")]
    ForcedRelease(StoredForcedRelease),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredChangeBody {
    #[prost(message, required, tag = "1")]
    pub(super) change: StoredChange,
    #[prost(bool, tag = "2")]
    pub(super) released: bool,
    #[prost(string, optional, tag = "3")]
    pub(super) source: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(super) reverts: Option<String>,
    #[prost(bool, tag = "5")]
    pub(super) awaits_rollout: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredForcedRelease {
    #[prost(uint64, tag = "1")]
    pub(super) change: u64,
    #[prost(string, repeated, tag = "2")]
    pub(super) detached: Vec<String>,
    #[prost(string, tag = "3")]
    pub(super) reason: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct StoredTime {
    #[prost(int64, tag = "1")]
    pub(super) micros: i64,
    #[prost(uint32, tag = "2")]
    pub(super) logical: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredRequestKey {
    #[prost(string, tag = "1")]
    pub(super) id: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) body: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredChange {
    #[prost(uint64, tag = "1")]
    pub(super) seq: u64,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    #[prost(string, tag = "3")]
    pub(super) label: String,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) digest: Vec<u8>,
    #[prost(string, tag = "5")]
    pub(super) message: String,
    #[prost(string, tag = "6")]
    pub(super) author: String,
    #[prost(string, tag = "7")]
    pub(super) principal: String,
    #[prost(int64, tag = "8")]
    pub(super) written_at_micros: i64,
    #[prost(message, repeated, tag = "9")]
    pub(super) documents: Vec<StoredChangedDocument>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredChangedDocument {
    #[prost(string, tag = "1")]
    pub(super) path: String,
    #[prost(message, required, tag = "2")]
    pub(super) content: StoredContent,
    #[prost(message, optional, tag = "3")]
    pub(super) written_for: Option<StoredAppProfile>,
}

/// Nothing set: the document was deleted.
#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredContent {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) sha256: Vec<u8>,
    #[prost(uint64, tag = "2")]
    pub(super) size: u64,
    #[prost(message, optional, tag = "3")]
    pub(super) defect: Option<StoredDefect>,
    #[prost(bool, tag = "4")]
    pub(super) oversized: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredDefect {
    #[prost(uint32, tag = "1")]
    pub(super) line: u32,
    #[prost(uint32, tag = "2")]
    pub(super) column: u32,
    #[prost(string, tag = "3")]
    pub(super) message: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredAppProfile {
    #[prost(string, tag = "1")]
    pub(super) app: String,
    #[prost(string, tag = "2")]
    pub(super) profile: String,
}

/// The log's value for a record: the record, or where its parts are.
#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredLogValue {
    #[prost(message, optional, tag = "1")]
    pub(super) record: Option<StoredRecord>,
    #[prost(uint32, tag = "2")]
    pub(super) parts: u32,
}

/// Which checkpoint is whole.
#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredCheckpoint {
    /// Which of the checkpoints there were; its parts' keys name it.
    #[prost(uint64, tag = "1")]
    pub(super) generation: u64,
    #[prost(uint64, tag = "2")]
    pub(super) seq: u64,
    #[prost(uint32, tag = "3")]
    pub(super) parts: u32,
    /// The hash over all parts.
    #[prost(bytes = "vec", tag = "4")]
    pub(super) sha256: Vec<u8>,
}

/// One thing in a checkpoint. They stand one after the other, each behind its
/// length, and the whole is cut into parts anywhere.
#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredItem {
    #[prost(oneof = "StoredItemKind", tags = "1, 2, 3, 4, 5, 6, 7, 8")]
    pub(super) kind: Option<StoredItemKind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum StoredItemKind {
    #[prost(message, tag = "1")]
    Head(StoredHead),
    #[prost(message, tag = "2")]
    Label(StoredLabel),
    #[prost(message, tag = "3")]
    Document(StoredDocument),
    #[prost(message, tag = "4")]
    Change(StoredChangeEntry),
    #[prost(message, tag = "5")]
    Request(StoredAnswer),
    #[prost(message, tag = "6")]
    Split(StoredSplit),
    #[prost(message, tag = "7")]
    EndedSplit(StoredEndedSplit),
    #[prost(message, tag = "8")]
    Source(StoredSource),
}

/// A source whose first import is whole.
#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredSource {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    /// The labels that could never be imported.
    #[prost(string, repeated, tag = "2")]
    pub(super) unread: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredHead {
    #[prost(uint64, tag = "1")]
    pub(super) seq: u64,
    #[prost(message, required, tag = "2")]
    pub(super) time: StoredTime,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredLabel {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(uint64, tag = "2")]
    pub(super) generation: u64,
    #[prost(message, optional, tag = "3")]
    pub(super) feed: Option<StoredFeed>,
    #[prost(string, optional, tag = "10")]
    pub(super) detached: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredFeed {
    #[prost(string, tag = "1")]
    pub(super) source: String,
    #[prost(string, tag = "2")]
    pub(super) imported: String,
    #[prost(int64, tag = "3")]
    pub(super) imported_at_micros: i64,
    #[prost(string, optional, tag = "4")]
    pub(super) served: Option<String>,
    #[prost(uint64, optional, tag = "5")]
    pub(super) awaiting: Option<u64>,
}

/// A document of the label named last before it.
#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredDocument {
    #[prost(string, tag = "1")]
    pub(super) path: String,
    #[prost(message, optional, tag = "2")]
    pub(super) written_for: Option<StoredAppProfile>,
    #[prost(uint64, optional, tag = "3")]
    pub(super) stable: Option<u64>,
    #[prost(message, repeated, tag = "4")]
    pub(super) versions: Vec<StoredVersion>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredVersion {
    #[prost(uint64, tag = "1")]
    pub(super) seq: u64,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    #[prost(message, required, tag = "3")]
    pub(super) content: StoredContent,
    #[prost(int64, tag = "4")]
    pub(super) written_at_micros: i64,
    #[prost(bool, tag = "5")]
    pub(super) revert: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredChangeEntry {
    #[prost(message, required, tag = "1")]
    pub(super) change: StoredChange,
    /// 1 staged, 2 released, 3 discarded, 4 rolled back.
    #[prost(uint32, tag = "2")]
    pub(super) state: u32,
    #[prost(uint32, tag = "3")]
    pub(super) kept: u32,
    #[prost(string, optional, tag = "4")]
    pub(super) rolled_back_by: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoredAnswer {
    #[prost(string, tag = "1")]
    pub(super) principal: String,
    #[prost(message, required, tag = "2")]
    pub(super) key: StoredRequestKey,
    #[prost(int64, tag = "3")]
    pub(super) at_micros: i64,
    #[prost(uint64, tag = "4")]
    pub(super) outcome_at: u64,
    #[prost(uint64, tag = "5")]
    pub(super) change: u64,
    #[prost(string, tag = "6")]
    pub(super) label: String,
    #[prost(string, tag = "7")]
    pub(super) name: String,
    #[prost(bytes = "vec", tag = "8")]
    pub(super) digest: Vec<u8>,
    #[prost(bool, tag = "9")]
    pub(super) created: bool,
    #[prost(bool, tag = "10")]
    pub(super) moved: bool,
}
