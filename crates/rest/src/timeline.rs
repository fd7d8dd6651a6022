//! What happened, whatever it was about.

use crate::{Change, answer::answers, name::names};

names! {
    /// The kind of something that happened.
    pub enum TimelineKind {
        /// Documents were written, and released unless they were staged.
        Write = "write",
        /// Documents were deleted.
        Delete = "delete",
        /// A change set was made stable, by a caller or by a rollout.
        Release = "release",
        /// A staged change set was given up.
        Discard = "discard",
        /// A change set that was given up was staged again.
        Restage = "restage",
        /// A share of all readers got a change set, or no longer gets it; only listed while
        /// rollout-svc does not answer.
        Split = "split",
        /// A rollout was created, moved, paused or ended.
        Rollout = "rollout",
        /// A source was imported.
        Source = "source",
        /// A freeze was set.
        Freeze = "freeze",
        /// Freezes ended.
        Unfreeze = "unfreeze",
        /// An override was set.
        Override = "override",
        /// Overrides ended.
        OverrideEnd = "override_end",
        /// An API key was created, rotated or revoked.
        Key = "key",
        /// A label went or was detached from its source.
        Label = "label",
        /// A kind that this program does not know.
        Unknown = "unknown",
    }
}

answers! {
    /// A page of what happened, newest first. It may have fewer entries than were asked for and
    /// not be the last one.
    pub struct Timeline {
        /// What happened.
        pub entries: Vec<TimelineEntry>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
        /// The services that did not answer, whose part is missing: `rollout-svc`, or none.
        pub incomplete: Vec<String>,
    }

    /// Something that happened.
    pub struct TimelineEntry {
        /// When.
        pub time: Option<String>,
        /// Its kind.
        pub kind: TimelineKind,
        /// What it was, for people.
        pub what: String,
        /// The authenticated caller, or the part of the server that did it.
        pub principal: String,
        /// Who it was, as the caller said.
        pub author: String,
        /// Why, for people.
        pub message: String,
        /// The label; empty when it is about none.
        pub label: String,
        /// The application of all its documents; empty when they are of several, or it is not
        /// known.
        pub app: String,
        /// The profile of all its documents; empty when they are of several, or it is not known.
        pub profile: String,
        /// The change set's name; empty when it is about none.
        pub change: String,
        /// The paths of its documents, the first 100.
        pub paths: Vec<String>,
        /// The number of its documents.
        pub path_count: u32,
        /// The documents whose stable version it changed, the first 100.
        pub moved: Vec<MovedDocument>,
        /// The number of those documents.
        pub moved_count: u32,
        /// The rollout's id; empty when it is about none.
        pub rollout: String,
        /// The source; empty when it is about none.
        pub source: String,
        /// The `vortex` command that undoes it now; empty when none does.
        pub undo: String,
        /// Its position in the log; 0 for what happened to a rollout.
        pub sequence: u64,
    }

    /// A document whose stable version changed.
    pub struct MovedDocument {
        /// Its path.
        pub path: String,
        /// The version that was stable before; empty when none was.
        pub from: String,
        /// The version that is stable since.
        pub to: String,
    }

    /// What was taken back, or would be.
    pub struct Undone {
        /// The change set that is taken back.
        pub undone: Change,
        /// The change set that is stable instead; null where only a new one could be, and nothing
        /// was done yet.
        pub change: Option<Change>,
        /// The documents that go back, the first 100.
        pub documents: Vec<UndoneDocument>,
        /// The number of those documents.
        pub document_count: u32,
        /// The applications that read one of them, as far as documents are named for them: the
        /// first 100.
        pub apps: Vec<String>,
        /// The number of those applications.
        pub app_count: u32,
        /// The log's position of the answer.
        pub token: String,
    }

    /// A document that goes back.
    pub struct UndoneDocument {
        /// Its path.
        pub path: String,
        /// The version that was stable.
        pub from: String,
        /// The version that it goes back to; empty when there was none, and it is deleted.
        pub to: String,
        /// With `validate_only`: the content that is stable.
        pub from_content: String,
        /// With `validate_only`: the content that it would go back to.
        pub to_content: String,
        /// Whether a content was left out because of its size.
        pub content_left_out: bool,
    }
}
