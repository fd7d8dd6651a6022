//! Checks whether labels that sources feed can be read yet.

use super::super::{Label, SourceName, State};
use super::{ReadRefused, ViewKey};

/// Checks that the labels of a view can be read. `sources` are those that are configured.
pub(crate) fn check_view<'a>(
    state: &State,
    key: &ViewKey,
    sources: impl IntoIterator<Item = &'a SourceName> + Clone,
) -> Result<(), ReadRefused> {
    let is_fed = sources.clone().into_iter().next().is_some();
    for label in &key.labels {
        check_imported(state, label, sources.clone())?;
        if is_fed {
            check_used(state, label)?;
        }
    }
    Ok(())
}

/// Checks that `label` is known to exist or not to exist.
///
/// A label that a source has, or may have, must not be answered as one that does not exist: readers
/// would continue with their next label or, for `main`, with `master`.
pub(crate) fn check_imported<'a>(
    state: &State,
    label: &Label,
    sources: impl IntoIterator<Item = &'a SourceName>,
) -> Result<(), ReadRefused> {
    if is_in_use(state, label) {
        return Ok(());
    }
    for source in sources {
        let unread = state.sources.get(source);
        let (label, source_name) = (label.clone(), source.clone());
        match unread {
            None => return Err(ReadRefused::SourceNotImported { label, source_name }),
            Some(unread) if unread.contains(&label) => {
                return Err(ReadRefused::LabelUnread { label, source_name });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Checks that `main` is used. It always exists for writers, but beside sources, reading an empty
/// `main` would let applications start without their configuration.
fn check_used(state: &State, label: &Label) -> Result<(), ReadRefused> {
    let found = state.label(label.as_str());
    let is_unused = found.is_some_and(|(_, l)| l.feed.is_none() && l.documents.is_empty());
    match is_unused {
        true => Err(ReadRefused::LabelNotFound(label.clone())),
        false => Ok(()),
    }
}

/// Whether a label itself is fed, or serves documents that were written through the API.
fn is_in_use(state: &State, label: &Label) -> bool {
    let found = state.labels.get(label);
    found.is_some_and(|found| found.feed.is_some() || found.serves_any())
}
