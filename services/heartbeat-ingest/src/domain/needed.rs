//! The room for what is needed of reports: versions, and lists of assignments.

use hashbrown::HashMap;

use super::{Assignment, Lists, TextId, Texts};

/// The part of all room that one application may take, so that one which reports a version of its own
/// with each report leaves room for others.
const SHARE: usize = 8;
/// What a list of assignments takes besides its texts, for each, in bytes.
const ASSIGNMENT: usize = 64;

/// How many bytes of a window are versions and lists of assignments.
#[derive(Debug, Default)]
pub(super) struct Needed {
    all: usize,
    texts: usize,
    by_app: HashMap<usize, usize>,
}

/// The room that an application has left.
pub(super) struct Room<'a> {
    needed: &'a mut Needed,
    app: usize,
    left: usize,
}

impl Needed {
    /// The room that the application of this number has left, where all may take so many bytes.
    pub(super) fn room(&mut self, app: usize, most: usize) -> Room<'_> {
        let taken = self.by_app.get(&app).copied().unwrap_or(0);
        let of_app = (most / SHARE).saturating_sub(taken);
        Room {
            left: of_app.min(most.saturating_sub(self.all)),
            needed: self,
            app,
        }
    }

    /// How many of the bytes are among the texts.
    pub(super) fn texts(&self) -> usize {
        self.texts
    }
}

impl Room<'_> {
    /// The number of a text. None if there is no room for it.
    pub(super) fn text(&mut self, texts: &mut Texts, text: &str) -> Option<TextId> {
        let before = texts.bytes();
        let id = texts.id(text, before.saturating_add(self.left))?;
        let added = texts.bytes() - before;
        self.needed.texts += added;
        self.take(added);
        Some(id)
    }

    /// The number of a list. None if there is no room for it.
    pub(super) fn list(&mut self, lists: &mut Lists, list: &[Assignment<'_>]) -> Option<u32> {
        let bytes = |one: &Assignment<'_>| one.split.len() + one.change.len() + ASSIGNMENT;
        let bytes: usize = list.iter().map(bytes).sum();
        let before = lists.len();
        let most = if bytes <= self.left {
            usize::MAX
        } else {
            before
        };
        let id = lists.id(list, most)?;
        if lists.len() > before {
            self.take(bytes);
        }
        Some(id)
    }

    fn take(&mut self, bytes: usize) {
        if bytes > 0 {
            self.left -= bytes;
            self.needed.all += bytes;
            *self.needed.by_app.entry(self.app).or_default() += bytes;
        }
    }
}
