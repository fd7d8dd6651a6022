//! All that a view was made of, over time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use vortex_spring::Format;

use super::super::{
    Feed, Label, LabelState, OverrideTarget, Past, PastCommit, Path, Profile, Seq, Sha256, Split,
    SplitId, State, VersionName, VersionPart, ViewKey, candidates_on, format_of, override_owners,
    version_of_parts, with_overrides,
};

/// All that a view was made of, over time.
pub(super) struct Tracks<'a> {
    state: &'a State,
    documents: Vec<DocumentTrack<'a>>,
    /// Highest first.
    overrides: Vec<OverrideTrack>,
    labels: Vec<LabelTrack<'a>>,
    /// The name of the application's own document in the last profile, without its extension.
    own: String,
}

struct DocumentTrack<'a> {
    path: &'a Path,
    past: Past,
}

/// An override while it lasted.
struct OverrideTrack {
    path: String,
    sha256: Sha256,
    since: (Seq, Timestamp),
    until: Option<(Seq, Timestamp)>,
}

struct LabelTrack<'a> {
    name: &'a Label,
    feed: Option<&'a Feed>,
    commits: &'a [PastCommit],
}

/// A version of the view.
pub(super) struct Version {
    /// The effective version.
    pub(super) effective: String,
    /// Its names, with the positions from which on they were.
    pub(super) names: Vec<(Seq, String)>,
}

/// From a position on, until another.
type Span = (Seq, Option<Seq>);

impl<'a> Tracks<'a> {
    /// None while one of its labels does not exist.
    pub(super) fn of(state: &'a State, key: &ViewKey) -> Option<Self> {
        let labels = key.labels.iter().map(|label| state.label(label.as_str()));
        let labels: Vec<(&Label, &LabelState)> = labels.collect::<Option<_>>()?;
        let documents = labels.iter().rev().flat_map(|(name, label)| {
            let candidates = candidates_on(state, name, label, key);
            let found = candidates.iter().filter_map(|path| {
                let document = label.documents.get(path.as_str())?;
                let _: Format = format_of(label, document)?;
                Some(DocumentTrack {
                    path: &document.path,
                    past: document.known_past(),
                })
            });
            found.collect::<Vec<_>>()
        });
        Some(Self {
            state,
            documents: documents.collect(),
            overrides: overrides(state, key, &labels),
            labels: labels.into_iter().map(LabelTrack::of).collect(),
            own: own_stem(key),
        })
    }

    /// The positions from which on something else may have been served, newest first, back to where
    /// all is remembered.
    pub(super) fn positions(&self) -> impl Iterator<Item = (Seq, Option<Timestamp>)> + use<> {
        let mut positions = BTreeMap::new();
        let mut horizon = Seq(0);
        for track in &self.documents {
            for moment in &track.past.moments {
                positions.insert(moment.since, Some(moment.at));
            }
            if let (true, Some(first)) = (track.past.trimmed, track.past.moments.first()) {
                horizon = horizon.max(first.since);
            }
        }
        for track in &self.overrides {
            let ends = [track.since].into_iter().chain(track.until);
            positions.extend(ends.map(|(seq, at)| (seq, Some(at))));
        }
        // a label without documents serves its commits
        if let (true, Some(label)) = (positions.is_empty(), self.labels.first()) {
            let first = label.commits.first().map_or(Seq(0), |commit| commit.since);
            positions.insert(first, None);
        }
        let positions = positions.into_iter().rev();
        positions.take_while(move |(since, _)| *since >= horizon)
    }

    /// The splits whose canaries were served something else at a position, by id.
    pub(super) fn canaries_at(&self, seq: Seq) -> Vec<&SplitId> {
        let moments = self.documents.iter().filter_map(|track| track.past.at(seq));
        let canaries = moments.filter_map(|moment| Some(&moment.canary.as_ref()?.by));
        let mut canaries: Vec<&SplitId> = canaries.collect();
        canaries.sort_unstable();
        canaries.dedup();
        canaries
    }

    /// What the canaries of these splits were served, and stable of all others. None if it could
    /// not be served, or was nothing.
    pub(super) fn version(&self, span: Span, canaries: &[&SplitId]) -> Option<Version> {
        let mut parts = Vec::new();
        let mut own: Option<&VersionName> = None;
        for track in &self.documents {
            let shown = track
                .past
                .at(span.0)
                .and_then(|moment| moment.shown(canaries));
            let Some(shown) = shown else {
                continue;
            };
            parts.push(VersionPart {
                path: track.path.as_str(),
                version: &shown.name,
                sha256: shown.sha256.as_ref()?,
            });
            if own.is_none() && track.path.stem() == self.own {
                own = Some(&shown.name);
            }
        }
        let lasted = self
            .overrides
            .iter()
            .filter(|track| track.lasted_at(span.0));
        let overrides: Vec<(String, Sha256)> = lasted
            .map(|track| (track.path.clone(), track.sha256))
            .collect();
        let effective = version_of_parts(&parts, &overrides);
        let mut names = Vec::new();
        let mut add = |from: Seq, name: String| {
            if !name.is_empty() && !names.iter().any(|(_, known)| *known == name) {
                names.push((from, name));
            }
        };
        add(span.0, effective.clone());
        if let Some(own) = own {
            add(span.0, own.to_string());
        }
        for (from, commits) in self.commits(span, canaries) {
            add(from, with_overrides(commits, &overrides));
        }
        (!names.is_empty()).then_some(Version { effective, names })
    }

    /// The commits of all labels within a span, newest first.
    fn commits(&self, span: Span, canaries: &[&SplitId]) -> Vec<(Seq, String)> {
        let within = |seq: Seq| seq > span.0 && span.1.is_none_or(|until| seq < until);
        let noted = self.labels.iter().flat_map(|label| label.commits);
        let mut moves: Vec<Seq> = noted
            .map(|commit| commit.since)
            .filter(|s| within(*s))
            .collect();
        moves.push(span.0);
        moves.sort_unstable();
        moves.dedup();
        let at = |seq: Seq| {
            let labels = self.labels.iter();
            let commits = labels.map(|label| label.commit_at(seq, self.canary_of(label, canaries)));
            let commits: Vec<&str> = commits.collect::<Option<_>>()?;
            Some((seq, commits.join(",")))
        };
        moves.into_iter().rev().filter_map(at).collect()
    }

    /// The commit that a canary gives a label: that of its newest split.
    fn canary_of(&self, label: &LabelTrack<'_>, canaries: &[&SplitId]) -> Option<&'a VersionName> {
        let known = canaries.iter().filter_map(|id| self.split(id));
        let of_label = known.filter(|split| split.label == *label.name);
        let newest = of_label.max_by_key(|split| split.change)?;
        Some(&newest.name)
    }

    /// A split that is active or remembered.
    fn split(&self, id: &SplitId) -> Option<&'a Split> {
        let active = self.state.splits.get(id).map(AsRef::as_ref);
        active.or_else(|| Some(self.state.ended.get(id.as_str())?.split()?.as_ref()))
    }
}

impl<'a> LabelTrack<'a> {
    fn of((name, label): (&'a Label, &'a LabelState)) -> Self {
        Self {
            name,
            feed: label.feed.as_ref(),
            commits: &label.past.commits,
        }
    }

    /// The commit that was served at a position, or that of a canary.
    fn commit_at<'b>(&'b self, seq: Seq, canary: Option<&'b VersionName>) -> Option<&'b str> {
        let stable = match self.commits {
            // not noted: it did not change since
            [] => self.feed?.served.as_ref()?,
            commits => {
                let later = commits.partition_point(|commit| commit.since <= seq);
                commits.get(later.checked_sub(1)?)?.name.as_ref()?
            }
        };
        Some(canary.unwrap_or(stable).as_str())
    }
}

impl OverrideTrack {
    fn lasted_at(&self, seq: Seq) -> bool {
        self.since.0 <= seq && self.until.is_none_or(|(until, _)| seq < until)
    }
}

/// The overrides that a view has and had, highest first.
fn overrides(state: &State, key: &ViewKey, labels: &[(&Label, &LabelState)]) -> Vec<OverrideTrack> {
    let had = labels
        .iter()
        .any(|(_, label)| !label.past.overrides.is_empty());
    if state.overrides.is_empty() && !had {
        return Vec::new();
    }
    let owners = override_owners(key);
    let mut seen: Vec<&Label> = Vec::new();
    let mut tracks = Vec::new();
    for (name, label) in labels.iter().rev() {
        // two labels that are asked for may mean the same one
        if seen.contains(name) {
            continue;
        }
        seen.push(name);
        for of in &owners {
            let target = OverrideTarget {
                label: (*name).clone(),
                of: of.clone(),
            };
            let had = label
                .past
                .overrides
                .iter()
                .filter(|past| past.target == target);
            tracks.extend(had.map(|past| OverrideTrack {
                path: target.path(),
                sha256: past.sha256,
                since: (past.since, past.at),
                until: Some((past.until, past.ended_at)),
            }));
            let has = state.overrides.get(&target);
            tracks.extend(has.map(|set| OverrideTrack {
                path: target.path(),
                sha256: set.values.sha256(),
                since: (set.id.0, set.since),
                until: None,
            }));
        }
    }
    tracks
}

fn own_stem(key: &ViewKey) -> String {
    let app = key.apps.last().map_or("", |app| app.as_str());
    match key.profiles.last().map(Profile::as_str) {
        None | Some(Profile::DEFAULT) => app.to_owned(),
        Some(profile) => format!("{app}-{profile}"),
    }
}
