//! What of views may have moved between two states, without rendering any of them.

use std::collections::HashMap;

use imbl::ordmap::DiffItem;

use super::{App, Feed, Label, LabelState, OverrideTarget, Path, SplitId, State, ViewKey};

/// Documents of a label that are told one by one; beyond that, all count as moved.
const MAX_PATHS: usize = 1_000;

/// What of views may have moved between two states.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    /// By the label as readers name it. Those that are not in it have not moved.
    labels: HashMap<Label, LabelMoved>,
    overrides: Vec<OverrideTarget>,
    splits: Vec<SplitId>,
}

/// What has moved of a label.
#[derive(Debug)]
enum LabelMoved {
    /// Perhaps all of it.
    Whole,
    /// These documents.
    Documents(Vec<Path>),
}

impl Moved {
    /// What has moved of these labels.
    pub(crate) fn between<'a>(
        before: &State,
        now: &State,
        labels: impl IntoIterator<Item = &'a Label>,
    ) -> Self {
        let labels = labels.into_iter().filter_map(|label| {
            let moved = label_moved(before.label(label.as_str()), now.label(label.as_str()))?;
            Some((label.clone(), moved))
        });
        Self {
            labels: labels.collect(),
            overrides: overrides(before, now),
            splits: splits(before, now),
        }
    }

    /// Whether nothing has.
    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.overrides.is_empty() && self.splits.is_empty()
    }

    /// Whether a view, which these splits concerned, may have moved. If its documents link to
    /// others, all documents of its labels may be among these.
    pub(crate) fn concerns(&self, key: &ViewKey, splits: &[SplitId], is_linked: bool) -> bool {
        let labels = || key.labels.iter().filter_map(|label| self.labels.get(label));
        labels().any(|moved| match moved {
            LabelMoved::Whole => true,
            LabelMoved::Documents(_) if is_linked => true,
            LabelMoved::Documents(paths) => paths.iter().any(|path| may_read(key, path.as_str())),
        }) || self.overrides.iter().any(|target| may_have(key, target))
            || splits.iter().any(|id| self.splits.contains(id))
    }
}

fn label_moved(
    before: Option<(&Label, &LabelState)>,
    now: Option<(&Label, &LabelState)>,
) -> Option<LabelMoved> {
    let ((was_name, was), (name, label)) = match (before, now) {
        (None, None) => return None,
        (Some(before), Some(now)) => (before, now),
        _ => return Some(LabelMoved::Whole),
    };
    if was_name == name && was.generation == label.generation {
        return None;
    }
    let served = |feed: &Option<Feed>| feed.clone().map(|feed| (feed.source, feed.served));
    if was_name != name || served(&was.feed) != served(&label.feed) {
        return Some(LabelMoved::Whole);
    }
    let diff = was.documents.diff(&label.documents).map(|item| match item {
        DiffItem::Add(path, _) | DiffItem::Remove(path, _) => path.clone(),
        DiffItem::Update { new: (path, _), .. } => path.clone(),
    });
    let paths: Vec<Path> = diff.take(MAX_PATHS + 1).collect();
    Some(match paths.len() > MAX_PATHS {
        true => LabelMoved::Whole,
        false => LabelMoved::Documents(paths),
    })
}

fn overrides(before: &State, now: &State) -> Vec<OverrideTarget> {
    if before.overrides.ptr_eq(&now.overrides) {
        return Vec::new();
    }
    let diff = before.overrides.diff(&now.overrides);
    let targets = diff.map(|item| match item {
        DiffItem::Add(target, _) | DiffItem::Remove(target, _) => target.clone(),
        DiffItem::Update {
            new: (target, _), ..
        } => target.clone(),
    });
    targets.collect()
}

/// Those that began or ended hold or held documents, which have moved, too.
fn splits(before: &State, now: &State) -> Vec<SplitId> {
    if before.splits.ptr_eq(&now.splits) {
        return Vec::new();
    }
    let diff = before.splits.diff(&now.splits);
    let ids = diff.map(|item| match item {
        DiffItem::Add(id, _) | DiffItem::Remove(id, _) => id.clone(),
        DiffItem::Update { new: (id, _), .. } => id.clone(),
    });
    ids.collect()
}

/// Whether a view may look for a document: true for some that it does not.
fn may_read(key: &ViewKey, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut apps = key.apps.iter().map(App::as_str).chain([App::SHARED]);
    apps.any(|app| name.starts_with(app))
}

fn may_have(key: &ViewKey, target: &OverrideTarget) -> bool {
    let mut apps = key.apps.iter().map(App::as_str).chain([App::SHARED]);
    apps.any(|app| app == target.of.app.as_str())
}
