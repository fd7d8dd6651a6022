//! The configuration, and the rules for changing it. Pure: no transport, no runtime, no clock; time
//! comes in as a value.
//!
//! Invariants, asserted by number in the tests:
//! - **C1** sequence numbers have no gap, and the state after a record depends
//!   on the records alone.
//! - **C2** a change set is applied whole or not at all.
//! - **C3** a version's content never changes: one `(label, path, name)` has one
//!   content while it is kept.
//! - **C4** the stable version of a document is always kept.
//! - **C5** a request repeated with its id changes nothing and answers the same.
//! - **C6** at most [`MAX_VERSIONS`] versions of a document are kept, beside those
//!   that splits name.
//!
//! And of names in all clusters:
//! - **N1** the records that were written here are counted without gaps, and each has a name that
//!   no other record has.
//! - **N2** what is kept and referred to by its position has a name, and is found by it.
//! - **N3** the time at which a document's stable version became so rises with each.
//!
//! And of splits:
//! - **S1** a document is held by at most one active split.
//! - **S2** a split's share never falls, and its change set, seed, unit and forced
//!   keys never change.
//! - **S3** a generation is applied at most once, and none after a later one; the
//!   same again answers the same.
//! - **S4** a split that ended stays so.
//! - **S5** while a split holds a document, nothing but its own release moves what is
//!   stable of it, unless it is forced, which ends the split in the same record: also
//!   where the version was stable already.
//! - **S6** what a split serves, and what it would be taken back to, is kept.
//! - **S7** one reader gets all documents of a split's change set, or all that are
//!   stable.
//! - **S8** a split begins only while what is stable is what it was planned on.
//! - **S9** what was taken back from readers becomes stable, or is split again, by force
//!   alone and for a reason; only a release washes that off.
//! - **S10** what is refused leaves nothing behind: the change set that takes a split back
//!   is staged only where it could be split then.
//! - **S11** a key that a split forces has its arm at every share, by every way to read;
//!   all other keys go by their bucket, as if none were forced.
//!
//! And of undoing:
//! - **U1** all documents of a change set that are still stable go back in one record, each to
//!   what it replaced.
//! - **U2** to undo an undo makes stable what was before it.
//!
//! And of freezes:
//! - **Z1** while a freeze is in force, no document that concerns what it freezes gets a
//!   stable version that it never had, nor a canary more readers, whoever asks for it.
//! - **Z2** a freeze never stops a way back: a release of what was stable before, the
//!   end of a split without its release, and all of a split that takes another back.
//! - **Z3** a freeze whose time is over stops nothing, whether its end is in the log or not.
//!
//! And of overrides:
//! - **O1** a target has one override at most, and readers get its values above all documents,
//!   on either arm of any split.
//! - **O2** an override ends at most 30 days after it was set, and by itself never before its
//!   time is over.
//!
//! And of ownership, where there is any:
//! - **P1** a document has one owner at a time: the cluster whose source feeds its label, or else the
//!   one that owns the longest pattern that its path is in.
//! - **P2** a record of a cluster changes no document that another one owns.
//! - **P3** the epochs of a pattern rise, and the same ownerships leave the same in any order.
//!
//! And of API keys:
//! - **K1** the name of a key is that of no other that is kept, but of those it was rotated from
//!   and to.
//! - **K2** a key that is revoked or has expired is never valid again.
//! - **K3** at most [`MAX_KEYS`] keys are kept, and each of them for 30 days after its end.
//! - **K4** the secret of a key is in no state and in no record.

mod answered_requests;
mod change;
mod command;
mod content;
mod decide;
mod document;
mod dot;
mod fold;
mod freeze;
mod import;
mod key;
mod label;
mod moved;
mod names;
mod overrides;
mod ownership;
mod past;
mod read;
mod record;
mod refused;
mod retain;
mod search;
mod served;
mod split;
mod state;
mod token;

#[cfg(test)]
mod tests;

pub use answered_requests::RequestKey;
pub(crate) use answered_requests::{Answered, Requests};
pub(crate) use change::{ChangeEntry, ChangeSet, ChangeState, ChangedDocument};
pub(crate) use command::{Baseline, Detachment, Precondition, Removal, SetOwnership};
pub use command::{
    BeginSplit, Command, CreateKey, DocumentWrite, EndFreeze, EndSplit, Expires, Holding, Import,
    Imported, Outcome, Release, ReleaseBy, RemoveOverride, RotateKey, Selector, SetFreeze,
    SetOverride, SetSplit, Thawed, Undo, UndoTarget, Until, WriteChange,
};
pub use content::{Content, Sha256};
pub(crate) use content::{ContentRef, Defect, MAX_DOCUMENT_BYTES};
pub use decide::Request;
pub(crate) use decide::{
    Decided, Own, SplitTarget, check_set_split, decide, plan_split, plan_undo,
};
pub use document::MAX_VERSIONS;
pub(crate) use document::{Document, LastRelease, Version};
pub(crate) use dot::{Dot, Dots, Run};
pub(crate) use fold::{Inconsistent, fold};
pub use freeze::{Freeze, FreezeEnd, FreezeId, FreezeScope, Frozen};
pub(crate) use freeze::{MAX_FREEZES, MAX_FROZEN_APPS};
pub(crate) use import::{Compared, ImportPlan, SourceFile, plan_import};
pub use key::{Key, KeyGrants, KeyRotation};
pub(crate) use key::{MAX_KEYS, MAX_OVERLAP};
pub(crate) use label::{Feed, LabelState};
pub(crate) use moved::Moved as ViewsMoved;
pub use names::{App, ClusterId, Label, Path, Profile, SourceName, SplitId, VersionName};
pub(crate) use names::{AppProfile, InvalidName, MediaType};
pub(crate) use overrides::{InvalidValues, MAX_ENDED_AT_ONCE, MAX_OVERRIDE_SPAN, MAX_OVERRIDES};
pub use overrides::{Override, OverrideEnd, OverrideId, OverrideTarget, OverrideValues};
pub(crate) use ownership::{
    Epoch, Fence, MAX_OWNED, NotANamespace, Owner, Ownership, Place, Table,
};
pub(crate) use past::{LabelPast, Moment, Past, PastCommit, PastOverride, Shown, ShownCanary};
pub use read::ViewKey;
pub(crate) use read::{
    Basis, BasisEntry, DocumentKey, ReadRefused, Relevance, Scope, WantedChanges, basis,
    candidates, candidates_on, check_imported, check_size, check_view, documents,
    effective_version, entry_at, existing_label, is_shared, locate,
};
use read::{VersionPart, format_of, override_owners, version_of_parts, with_overrides};
pub use record::{Body, Moved, Moves, Record};
pub(crate) use record::{ChangeName, HybridTime, Origin};
pub(crate) use refused::Refused;
pub use search::Layout;
pub(crate) use search::{MAX_SEARCH_PATHS, folders};
pub(crate) use served::{Served, ServedTo, served};
pub(crate) use split::{Arms, Assigned, Before, End, EndedSplit, EndedSplits, Ending, Held, Split};
pub use split::{SplitMove, Subject, Unit};
pub use state::{Seq, State};
pub use token::Token;
pub(crate) use token::{InvalidToken, StoreId};
pub use vortex_bucket::{Arm, Forced, Share};
pub(crate) use vortex_names::RequestId;
