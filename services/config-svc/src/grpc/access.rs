//! What a caller may do with what its request names by an id, a name or a path, which only this
//! service can look up.

use vortex_access::{Grant, KeyId};
use vortex_kit::{
    access::{Access, Asked},
    error::Fault,
};
use vortex_pattern::Pattern;
use vortex_service::Named;

use crate::domain::{
    AppProfile, ChangeSet, ChangedDocument, FreezeScope, Frozen, Holding, Key, Label, Path,
    Profile, Selector, Seq, SplitId, State,
};

/// The profile that every other one inherits.
const DEFAULT: &str = Profile::DEFAULT;

/// Fails unless the caller may do this with all documents of a change set.
pub(super) fn require_change(access: &Access, change: &ChangeSet) -> Result<(), Fault> {
    require_documents(access, &change.label, change.documents.iter().map(owned))
}

/// Fails unless the caller may do this with what a request selects: also where it selects nothing,
/// or nothing that can be done, since what is refused then says how another's documents stand.
pub(super) fn require_selected(
    access: &Access,
    state: &State,
    selector: &Selector,
) -> Result<(), Fault> {
    match (state.select(selector), &selector.holding) {
        (Ok(entry), _) => require_change(access, &entry.change),
        (Err(_), Holding::Document(owner)) => require_owner(access, &selector.label, owner),
        (Err(_), Holding::Path(path)) => require_paths(access, state, &selector.label, [path]),
        // that there is none of this name is all there is to say
        (Err(_), Holding::Anything) => access.require(Asked::Filtered),
    }
}

/// Fails unless the caller may do this with the document of an application and profile, whether
/// there is one or not.
pub(super) fn require_owner(
    access: &Access,
    label: &Label,
    owner: &AppProfile,
) -> Result<(), Fault> {
    access.require(Asked::Documents {
        labels: &[label.as_str()],
        apps: &[owner.app.as_str()],
        profiles: &[owner.profile.as_str()],
    })
}

/// Whether the caller may see any document of a change set.
pub(super) fn sees_change(access: &Access, change: &ChangeSet) -> bool {
    let label = change.label.as_str();
    let mut documents = change.documents.iter().map(owned);
    access.allows_everything() || documents.any(|(path, owner)| sees(access, label, path, owner))
}

/// Fails unless the caller may see any document of a change set.
pub(super) fn require_sight(access: &Access, change: &ChangeSet) -> Result<(), Fault> {
    match sees_change(access, change) {
        true => Ok(()),
        false => require_change(access, change),
    }
}

/// The path of a changed document, and what that was written for.
fn owned(document: &ChangedDocument) -> (&str, Option<&AppProfile>) {
    (document.path.as_str(), document.written_for.as_ref())
}

/// Fails unless the caller may do this with all of these documents.
pub(super) fn require_documents<'a>(
    access: &Access,
    label: &Label,
    documents: impl IntoIterator<Item = (&'a str, Option<&'a AppProfile>)>,
) -> Result<(), Fault> {
    if access.allows_everything() {
        return Ok(());
    }
    for (path, owner) in documents {
        require_document(access, label.as_str(), path, owner)?;
    }
    Ok(())
}

/// Fails unless the caller may do this with the documents at these paths, whatever stands there now.
pub(super) fn require_paths<'a>(
    access: &Access,
    state: &State,
    label: &Label,
    paths: impl IntoIterator<Item = &'a Path>,
) -> Result<(), Fault> {
    let documents = state.labels.get(label).map(|label| &label.documents);
    let owned = paths.into_iter().map(|path| {
        let document = documents.and_then(|documents| documents.get(path));
        let owner = document.and_then(|document| document.written_for.as_ref());
        (path.as_str(), owner)
    });
    require_documents(access, label, owned)
}

/// Fails unless the caller may do this with a document.
fn require_document(
    access: &Access,
    label: &str,
    path: &str,
    owner: Option<&AppProfile>,
) -> Result<(), Fault> {
    named(label, path, owner).require(access)
}

/// Whether the caller may do this with a document.
pub(super) fn sees(access: &Access, label: &str, path: &str, owner: Option<&AppProfile>) -> bool {
    named(label, path, owner).is_open_to(access)
}

fn named<'a>(label: &'a str, path: &'a str, owner: Option<&'a AppProfile>) -> Named<'a> {
    Named {
        label,
        path,
        app: owner.map(|owner| owner.app.as_str()),
        profile: owner.map(|owner| owner.profile.as_str()),
    }
}

/// Whether the caller may see anything of an application on a label.
pub(super) fn sees_app(access: &Access, label: &str, app: &str) -> bool {
    access.allows(Asked::Documents {
        labels: &[label],
        apps: &[app],
        profiles: &[DEFAULT],
    })
}

/// Whether the caller may see an override.
pub(super) fn sees_override(access: &Access, label: &Label, of: &AppProfile) -> bool {
    sees(access, label.as_str(), "", Some(of))
}

/// Fails unless the caller may do this with all that a freeze concerns.
pub(super) fn require_freeze(access: &Access, scope: &FreezeScope) -> Result<(), Fault> {
    for pattern in patterns(scope) {
        access.require(match &pattern {
            Some(pattern) => Asked::Pattern(pattern),
            None => Asked::Cluster,
        })?;
    }
    Ok(())
}

/// All that a freeze concerns; none stands for everything.
fn patterns(scope: &FreezeScope) -> Vec<Option<Pattern>> {
    let label = scope.label.as_ref();
    let label = label.map_or(String::new(), |label| format!("{label}:"));
    let of = |app: &str| format!("{label}{app}**").parse().ok();
    match &scope.apps {
        Frozen::All => vec![of("")],
        Frozen::Apps(apps) => apps.iter().map(|app| of(&format!("{app}/"))).collect(),
    }
}

/// Fails unless the caller may do this with all that these grants hold: nobody gives, takes or
/// looks at more than they have.
pub(super) fn require_grants(access: &Access, grants: &[Grant]) -> Result<(), Fault> {
    let mut scopes = grants.iter().flat_map(Grant::scopes);
    scopes.try_for_each(|scope| access.require(Asked::Pattern(scope)))
}

/// Whether the caller may see a key: all that it holds.
pub(super) fn sees_key(access: &Access, key: &Key) -> bool {
    let grants = key.stored.principal.grants();
    let mut scopes = grants.iter().flat_map(Grant::scopes);
    scopes.all(|scope| access.allows(Asked::Pattern(scope)))
}

/// Fails unless the caller may do this with a key. That there is none, the command says.
pub(super) fn require_key(access: &Access, state: &State, id: KeyId) -> Result<(), Fault> {
    match state.keys.get(&id) {
        Some(key) => require_grants(access, key.stored.principal.grants()),
        None => access.require(Asked::Filtered),
    }
}

/// Whether a freeze concerns anything that the caller may see.
pub(super) fn sees_freeze(access: &Access, scope: &FreezeScope) -> bool {
    let label = scope.label.as_ref().map_or(Label::MAIN, Label::as_str);
    match &scope.apps {
        Frozen::All => true,
        Frozen::Apps(apps) => apps.iter().any(|app| sees_app(access, label, app.as_str())),
    }
}

/// Fails unless the caller may do this with the change set of a split, whether it is active, has
/// ended or is about to begin with the change set at this position.
pub(super) fn require_split(
    access: &Access,
    state: &State,
    id: &SplitId,
    begins: u64,
) -> Result<(), Fault> {
    let active = state.splits.get(id).map(|split| split.change);
    let ended = || {
        state
            .ended
            .get(id.as_str())?
            .split()
            .map(|split| split.change)
    };
    let begins = (begins > 0).then_some(Seq(begins));
    let change = active.or_else(ended).or(begins);
    match change.and_then(|change| state.changes.get(&change)) {
        Some(entry) => require_change(access, &entry.change),
        // nobody can say what it is of
        None => access.require(Asked::Cluster),
    }
}
