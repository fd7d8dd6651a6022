//! Converts errors to the faults that callers see.

use std::time::Duration;

use vortex_access::CannotRotate;
use vortex_kit::{
    compute,
    error::{Fault, Reason},
};
pub(crate) use vortex_service::parse::invalid_name;
use vortex_spring::{ParseError, placeholders};

use crate::{
    configuration::TokenRefused,
    domain::{
        Freeze, InvalidToken, InvalidValues, MAX_FREEZES, MAX_KEYS, MAX_OVERRIDES, MAX_OWNED,
        ReadRefused, Refused, Thawed,
    },
    store,
    views::{ReadError, TooHeavy, Unparsed},
    writer::WriteError,
};

/// How soon a caller may retry a write that was refused because too many were waiting.
const OVERLOADED_RETRY: Duration = Duration::from_millis(200);

/// How soon a caller may retry a write while the disk is full: an operator has to make room.
const FULL_RETRY: Duration = Duration::from_secs(10);

/// The fault for values that can't be those of an override.
pub(crate) fn invalid_values(error: &InvalidValues) -> Fault {
    Fault::invalid("values", error.to_string())
}

/// The fault for an invalid token.
pub(crate) fn invalid_token(field: &'static str, error: &InvalidToken) -> Fault {
    Fault::invalid(field, error.to_string())
}

/// The fault for a document that does not parse.
pub(crate) fn malformed(path: &str, error: &ParseError) -> Fault {
    Fault::new(Reason::DocumentMalformed, format!("{path}: {error}"))
        .with("path", path)
        .with("line", error.line)
        .with("column", error.column)
        .field("content", error.to_string())
}

pub(crate) fn token_refused(error: &TokenRefused) -> Fault {
    Fault::new(Reason::RevisionUnknown, error.to_string())
}

pub(crate) fn refused(refused: &Refused) -> Fault {
    let fault = Fault::new(reason(refused), refused.to_string());
    match refused {
        Refused::FedBySource { label, source_name } => {
            fault.with("label", label).with("source", source_name)
        }
        Refused::LabelNotFound(label) | Refused::LabelMoved(label) => fault.with("label", label),
        Refused::DocumentNotFound { label, path } => fault.with("label", label).with("path", path),
        Refused::ChangeNotFound { label, name } => fault.with("label", label).with("change", name),
        Refused::Ambiguous { path, other, .. } => fault.with("path", path).with("other", other),
        Refused::VersionExists { name, path } => fault.with("version", name).with("path", path),
        Refused::PreconditionFailed { path, found } => {
            fault
                .with("path", path)
                .precondition("etag", path.as_str(), found)
        }
        Refused::RequestIdReused(id) => fault.with("idempotency_key", id),
        Refused::ChangeReleased { name }
        | Refused::ChangeDiscarded { name }
        | Refused::ChangeNotStaged { name } => fault.with("change", name),
        Refused::DuplicatePath(path) => fault.field("documents", format!("{path} is named twice")),
        Refused::NoDocuments => fault.field("documents", "at least one is needed"),
        Refused::TooLarge { path, bytes } => fault.with("path", path).with("bytes", bytes),
        Refused::NoDocumentOf { label, owner } => {
            fault.with("label", label).with("document", owner.stem())
        }
        Refused::VersionNotFound { path, name } => fault.with("path", path).with("version", name),
        Refused::NoChangeAt { label, at } => fault.with("label", label).with("change_sequence", at),
        Refused::NoBaseline { name } | Refused::IsBaseline { name } => fault.with("change", name),
        Refused::RolledBack { name, by } => fault.with("change", name).with("rollout", by),
        Refused::BaselineMoved { path, now } => {
            let stable = now.as_ref().map_or("", |now| now.as_str());
            let found = format!(
                "it is {}",
                now.as_ref().map_or("not there", |now| now.as_str())
            );
            fault
                .with("path", path)
                .with("stable", stable)
                .precondition("baseline", path.as_str(), found)
        }
        Refused::BaselineMisfits { .. } => fault.field("baseline", refused.to_string()),
        Refused::RolloutConflict { path, by } => fault.with("path", path).with("rollout", by),
        Refused::ViewCrowded { view, by } => {
            let ids: Vec<&str> = by.iter().map(|id| id.as_str()).collect();
            fault.with("view", view).with("rollout", ids.join(","))
        }
        Refused::SplitNotFound(id) | Refused::SplitNeverBegan(id) | Refused::SplitActive(id) => {
            fault.with("split", id)
        }
        Refused::SplitOutdated { id, generation } => {
            fault.with("split", id).with("generation", generation)
        }
        Refused::SplitEnded { id, how } => fault.with("split", id).with("how", how),
        Refused::SplitIsFixed { field, .. } => fault.field(*field, "it never changes"),
        Refused::ShareFalls { from, .. } => {
            fault.field("percentage", format!("it is {from} and never falls"))
        }
        Refused::NothingToUndo { name } => fault.with("change", name),
        Refused::NeverStable { path } => fault.with("path", path),
        Refused::UndoesOther { name, asked } => fault.with("change", name).precondition(
            "change_sequence",
            asked.to_string(),
            "another change set is stable",
        ),
        Refused::BeforeNotKept { id, path } => fault.with("split", id).with("path", path),
        Refused::Frozen(freeze) => frozen(fault, freeze),
        Refused::FreezeNotFound(which) => match which {
            Thawed::One(id) => fault.with("freeze", id),
            Thawed::Of(_) => fault,
        },
        Refused::TooManyFreezes => fault.with("limit_freezes", MAX_FREEZES),
        Refused::FreezeIsOver { .. } => fault.field("until", refused.to_string()),
        Refused::OverrideNotFound(target) => fault
            .with("label", &target.label)
            .with("app", &target.of.app)
            .with("profile", &target.of.profile),
        Refused::TooManyOverrides => fault.with("limit_overrides", MAX_OVERRIDES),
        Refused::OverrideIsOver { .. } | Refused::OverrideTooLong { .. } => {
            fault.field("expires", refused.to_string())
        }
        Refused::KeyNotFound(id) | Refused::KeyIdTaken(id) => fault.with("key", id),
        Refused::KeyNameTaken(name) => fault.with("name", name),
        Refused::KeyEnded(CannotRotate::Revoked(id)) => {
            fault.with("key", id).with("how", "revoked")
        }
        Refused::KeyEnded(CannotRotate::Expired(id)) => {
            fault.with("key", id).with("how", "expired")
        }
        Refused::KeyRotated { id, to } => fault
            .with("key", id)
            .with("how", "rotated")
            .with("successor", to),
        Refused::TooManyKeys => fault.with("limit_keys", MAX_KEYS),
        Refused::KeyIsOver { .. } => fault.field("expires_at", refused.to_string()),
        Refused::NotOwner { owner, what } => fault.with("owner", owner).with("what", what),
        Refused::SpansOwners(parts) => {
            let owners: Vec<&str> = parts.iter().map(|(owner, _)| owner.as_str()).collect();
            let paths: Vec<&str> = parts.iter().map(|(_, what)| what.as_str()).collect();
            fault
                .with("owners", owners.join(","))
                .with("paths", paths.join(","))
        }
        Refused::NotANamespace(why) => fault.field("pattern", why.to_string()),
        Refused::EpochMoved { epoch, .. } => {
            fault
                .with("epoch", epoch)
                .precondition("expect_epoch", "epoch", refused.to_string())
        }
        Refused::TooManyOwned => fault.with("limit_patterns", MAX_OWNED),
    }
}

/// The freeze that refuses something, for programs.
fn frozen(fault: Fault, freeze: &Freeze) -> Fault {
    let fault = fault
        .with("freeze", freeze.id)
        .with("reason", &freeze.reason)
        .with("by", &freeze.by);
    match freeze.until {
        Some(until) => fault.with("until", until),
        None => fault,
    }
}

fn reason(refused: &Refused) -> Reason {
    match refused {
        Refused::FedBySource { .. } => Reason::LabelFedBySource,
        Refused::LabelNotFound(_) => Reason::LabelNotFound,
        Refused::DocumentNotFound { .. } => Reason::DocumentNotFound,
        Refused::ChangeNotFound { .. } => Reason::ChangeNotFound,
        Refused::Ambiguous { .. } => Reason::DocumentAmbiguous,
        Refused::VersionExists { .. } => Reason::VersionExists,
        Refused::PreconditionFailed { .. } => Reason::PreconditionFailed,
        Refused::RequestIdReused(_) => Reason::RequestIdReused,
        Refused::ChangeReleased { .. } => Reason::ChangeReleased,
        Refused::ChangeDiscarded { .. } => Reason::ChangeDiscarded,
        Refused::ChangeNotStaged { .. } => Reason::ChangeNotStaged,
        Refused::DuplicatePath(_) | Refused::NoDocuments => Reason::InvalidArgument,
        Refused::TooLarge { .. } => Reason::DocumentTooLarge,
        Refused::NoDocumentOf { .. } => Reason::DocumentNotFound,
        Refused::VersionNotFound { .. } | Refused::BeforeNotKept { .. } => Reason::VersionNotFound,
        Refused::NoChangeAt { .. } | Refused::SplitNeverBegan(_) => Reason::ChangeNotFound,
        Refused::NoBaseline { .. } => Reason::NoBaseline,
        Refused::IsBaseline { .. } => Reason::VersionIsBaseline,
        Refused::RolledBack { .. } => Reason::VersionRolledBack,
        Refused::BaselineMoved { .. } => Reason::BaselineMoved,
        Refused::BaselineMisfits { .. } => Reason::InvalidArgument,
        Refused::RolloutConflict { .. } | Refused::ViewCrowded { .. } => Reason::RolloutConflict,
        Refused::NothingToUndo { .. } | Refused::NeverStable { .. } => Reason::NothingToUndo,
        Refused::UndoesOther { .. } => Reason::PreconditionFailed,
        Refused::SplitNotFound(_) => Reason::SplitNotFound,
        Refused::SplitActive(_) | Refused::LabelMoved(_) => Reason::PreconditionFailed,
        Refused::SplitOutdated { .. } => Reason::SplitOutdated,
        Refused::SplitEnded { .. } => Reason::SplitEnded,
        Refused::SplitIsFixed { .. } | Refused::ShareFalls { .. } => Reason::InvalidArgument,
        Refused::Frozen(_) => Reason::Frozen,
        Refused::FreezeNotFound(_) => Reason::FreezeNotFound,
        Refused::TooManyFreezes => Reason::Overloaded,
        Refused::FreezeIsOver { .. } => Reason::InvalidArgument,
        Refused::OverrideNotFound(_) => Reason::OverrideNotFound,
        Refused::TooManyOverrides => Reason::Overloaded,
        Refused::OverrideIsOver { .. } | Refused::OverrideTooLong { .. } => Reason::InvalidArgument,
        Refused::KeyNotFound(_) => Reason::KeyNotFound,
        Refused::KeyNameTaken(_) | Refused::KeyIdTaken(_) => Reason::KeyExists,
        Refused::KeyEnded(_) | Refused::KeyRotated { .. } => Reason::KeyEnded,
        Refused::TooManyKeys => Reason::Overloaded,
        Refused::KeyIsOver { .. } => Reason::InvalidArgument,
        Refused::NotOwner { .. } => Reason::NotOwner,
        Refused::SpansOwners(_) => Reason::NamespaceSpansOwners,
        Refused::NotANamespace(_) => Reason::InvalidArgument,
        Refused::EpochMoved { .. } => Reason::PreconditionFailed,
        Refused::TooManyOwned => Reason::Overloaded,
    }
}

pub(crate) fn write_error(error: &WriteError) -> Fault {
    match error {
        WriteError::Refused(reason) => refused(reason),
        WriteError::Overloaded => {
            Fault::new(Reason::Overloaded, error.to_string()).retry_after(OVERLOADED_RETRY)
        }
        WriteError::StoreFull(_) => {
            Fault::new(Reason::StoreFull, error.to_string()).retry_after(FULL_RETRY)
        }
        WriteError::StoreAway(_) => Fault::new(Reason::Unavailable, error.to_string()),
        WriteError::OutcomeUnknown => Fault::new(Reason::OutcomeUnknown, error.to_string()),
        WriteError::StoreFailed => Fault::new(Reason::Unavailable, error.to_string()),
        WriteError::Stopped => Fault::new(Reason::Draining, error.to_string()),
    }
}

pub(crate) fn read_refused(error: &ReadRefused) -> Fault {
    match error {
        ReadRefused::LabelNotFound(label) => {
            Fault::new(Reason::LabelNotFound, error.to_string()).with("label", label)
        }
        ReadRefused::DocumentNotFound { label, stem } => {
            Fault::new(Reason::DocumentNotFound, error.to_string())
                .with("label", label)
                .with("document", stem)
        }
        ReadRefused::FileNotFound { label, path } => {
            Fault::new(Reason::DocumentNotFound, error.to_string())
                .with("path", path)
                .with("label", label)
        }
        ReadRefused::VersionNotFound { path, version } => {
            Fault::new(Reason::VersionNotFound, error.to_string())
                .with("path", path)
                .with("version", version)
        }
        ReadRefused::VersionIsDeletion { path, .. } => {
            Fault::new(Reason::DocumentNotFound, error.to_string()).with("path", path)
        }
        ReadRefused::SourceNotImported { label, source_name }
        | ReadRefused::LabelUnread { label, source_name } => {
            Fault::new(Reason::SourceNotReady, error.to_string())
                .with("source", source_name)
                .with("label", label)
        }
        ReadRefused::DocumentInvalid {
            label,
            path,
            version,
            defect,
        } => Fault::new(Reason::DocumentInvalid, error.to_string())
            .with("label", label)
            .with("file", path)
            .with("version", version)
            .with("line", defect.line)
            .with("column", defect.column),
        ReadRefused::TooLarge { label, path, size } => {
            Fault::new(Reason::FileTooLarge, error.to_string())
                .with("label", label)
                .with("file", path)
                .with("bytes", size)
        }
    }
}

pub(crate) fn read_error(error: &ReadError) -> Fault {
    match error {
        ReadError::Refused(reason) => read_refused(reason),
        ReadError::Store(error) => store_error(error),
        ReadError::Damaged { label, path, .. } => {
            Fault::new(Reason::StoreDamaged, error.to_string())
                .with("label", label)
                .with("path", path)
        }
        ReadError::Parse(_) => Fault::internal(error),
        ReadError::TooHeavy(heavy) => too_heavy(heavy),
        ReadError::NotComputed(refused) => (*refused).into(),
    }
}

/// The fault for a document that was not parsed.
pub(crate) fn unparsed(path: &str, error: &Unparsed) -> Fault {
    match error {
        Unparsed::Parse(error) => malformed(path, error),
        Unparsed::Refused(refused) => (*refused).into(),
    }
}

pub(crate) fn too_heavy(heavy: &TooHeavy) -> Fault {
    Fault::new(Reason::AnswerTooLarge, heavy.to_string()).with("limit_bytes", heavy.limit)
}

/// The fault for a text whose placeholders can't be resolved.
pub(crate) fn unresolvable(error: &placeholders::Error) -> Fault {
    match error {
        placeholders::Error::Cycle(_) | placeholders::Error::TooDeep => {
            Fault::new(Reason::InvalidArgument, error.to_string())
        }
        placeholders::Error::Spent(spent) => match spent.limit() {
            Some((name, limit)) => {
                Fault::new(Reason::AnswerTooLarge, error.to_string()).with(name, limit)
            }
            None => compute::Refused::TooLate.into(),
        },
    }
}

pub(crate) fn store_error(error: &store::Error) -> Fault {
    if error.is_damage() {
        tracing::error!(%error, "the store is damaged");
        return Fault::new(Reason::StoreDamaged, error.to_string());
    }
    Fault::internal(error)
}
