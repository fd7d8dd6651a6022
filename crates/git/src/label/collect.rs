//! Finds the branches and tags of a repository, and those among them that are broken.

use std::{collections::BTreeMap, fs};

use gix::{
    ObjectId,
    bstr::{BStr, BString, ByteSlice},
    objs::Kind,
    reference::iter::Iter,
    refs::{TargetRef, file::find::ReferenceDecode},
};

use super::{Label, LabelKind, Labels, UnreadableLabel, UnreadableReason};
use crate::{CommitId, object};

/// References that one may point through, and tags. Git itself follows five references.
const MOST_HOPS: usize = 10;

pub(super) fn labels(store: &gix::Repository) -> gix::Result<Labels> {
    let references = store.references()?;
    let mut found = Found {
        store,
        by_name: BTreeMap::new(),
    };
    // the first of a name counts, also when it is broken: a tag must not stand in for its branch
    found.take(references.local_branches()?, LabelKind::Branch)?;
    found.take(references.remote_branches()?, LabelKind::RemoteBranch)?;
    found.take(references.tags()?, LabelKind::Tag)?;
    let mut labels = Labels::default();
    for found in found.by_name.into_values() {
        match found {
            Ok(label) => labels.readable.push(label),
            Err(unreadable) => labels.unreadable.push(unreadable),
        }
    }
    Ok(labels)
}

struct Found<'a> {
    store: &'a gix::Repository,
    by_name: BTreeMap<BString, Result<Label, UnreadableLabel>>,
}

impl Found<'_> {
    fn take(&mut self, references: Iter<'_, '_>, kind: LabelKind) -> gix::Result<()> {
        for reference in references {
            match reference {
                Ok(reference) => {
                    let full = reference.name().as_bstr().to_owned();
                    self.add(full.as_ref(), kind, || commit_of(self.store, reference));
                }
                Err(error) => self.add_undecodable(error, kind)?,
            }
        }
        Ok(())
    }

    /// Takes up a reference whose file does not read.
    fn add_undecodable(&mut self, error: gix::Error, kind: LabelKind) -> gix::Result<()> {
        let Some(ReferenceDecode { relative_path }) = error.downcast_any_ref() else {
            return match error.is_not_found() {
                true => Ok(()), // it went away since it was listed
                false => Err(error),
            };
        };
        let file = self.store.common_dir().join(relative_path);
        let reason = match fs::metadata(file).is_ok_and(|file| file.len() == 0) {
            true => UnreadableReason::Empty,
            false => UnreadableReason::Garbled,
        };
        let full = gix::path::into_bstr(relative_path.as_path())?;
        let full = gix::path::to_unix_separators_on_windows(full);
        self.add(full.as_bstr(), kind, || Err(reason));
        Ok(())
    }

    fn add(
        &mut self,
        full: &BStr,
        kind: LabelKind,
        commit: impl FnOnce() -> Result<CommitId, UnreadableReason>,
    ) {
        let Some(name) = full.strip_prefix(kind.prefix().as_bytes()) else {
            return; // a branch of another remote
        };
        let is_alias = kind == LabelKind::RemoteBranch && name == b"HEAD";
        if is_alias || self.by_name.contains_key(name.as_bstr()) {
            return;
        }
        let text = name.to_str().map_err(|_| UnreadableReason::NotUtf8);
        let found = match text.and_then(|text| Ok((text.to_owned(), commit()?))) {
            Ok((name, commit)) => Ok(Label { name, commit, kind }),
            Err(reason) => Err(UnreadableLabel {
                name: name.to_str_lossy().into_owned(),
                reference: full.to_str_lossy().into_owned(),
                kind,
                reason,
            }),
        };
        self.by_name.insert(name.into(), found);
    }
}

/// The commit that a reference leads to, over other references and annotated tags.
fn commit_of(
    store: &gix::Repository,
    reference: gix::Reference<'_>,
) -> Result<CommitId, UnreadableReason> {
    let mut reference = reference;
    for _ in 0..MOST_HOPS {
        let next = match reference.target() {
            TargetRef::Object(id) => return peel(store, id.to_owned()),
            TargetRef::Symbolic(next) => next.to_owned(),
        };
        reference = match store.try_find_reference(&next) {
            Ok(Some(next)) => next,
            Ok(None) => return Err(UnreadableReason::Dangling(next.to_string())),
            Err(_) => return Err(UnreadableReason::Garbled),
        };
    }
    Err(UnreadableReason::Loop)
}

fn peel(store: &gix::Repository, id: ObjectId) -> Result<CommitId, UnreadableReason> {
    let mut id = id;
    for _ in 0..MOST_HOPS {
        let damaged = |id: ObjectId| UnreadableReason::ObjectDamaged(id.to_string());
        let header = object::header(store, id).map_err(|_| damaged(id))?;
        let header = header.ok_or_else(|| UnreadableReason::ObjectMissing(id.to_string()))?;
        match header.kind() {
            Kind::Commit => return Ok(CommitId::new(id)),
            Kind::Tag => {
                let tag = object::find(store, id).map_err(|_| damaged(id))?;
                let tag = tag.ok_or_else(|| damaged(id))?.into_tag();
                id = tag.target_id().map_err(|_| damaged(id))?.detach();
            }
            kind @ (Kind::Blob | Kind::Tree) => return Err(UnreadableReason::NotACommit(kind)),
        }
    }
    Err(UnreadableReason::Loop)
}
