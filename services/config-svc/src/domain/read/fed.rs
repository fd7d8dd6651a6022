//! Whether labels that sources feed can be read yet.

use super::super::{Label, SourceName, State};
use super::{ReadRefused, ViewKey};

/// That the labels of a view can be read where these sources are configured.
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

/// That `label` is one that is there, or one that no source has.
///
/// A label that a source has, or may have as far as is known, must not be answered as
/// one that does not exist: readers would go on with the next of their labels, or, for
/// `main`, with what `master` holds.
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

/// That `main` has something to read: it is always there for writers, but beside sources an
/// empty configuration would start applications.
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
