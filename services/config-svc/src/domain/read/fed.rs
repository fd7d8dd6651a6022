//! Whether labels that sources feed can be read yet.

use super::super::{Label, SourceName, State};
use super::ReadRefused;

/// That `label` is one that is there, or one that no source has.
///
/// A label that a source has, or may have as far as is known, must not be answered as
/// one that does not exist: readers would go on with the next of their labels, or, for
/// `main`, with what `master` holds.
pub fn check_imported<'a>(
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

/// That `main` has something to read, if it is asked for where there are sources: it is
/// always there for writers, but an empty configuration starts applications.
pub fn check_used(state: &State, label: &Label) -> Result<(), ReadRefused> {
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
