//! Translates what readers got before.

use super::{
    Unreadable,
    from_stored::{Result, sha256, timestamp},
};
use crate::{
    domain::{
        App, AppProfile, Label, LabelPast, Moment, OverrideTarget, Past, PastCommit, PastOverride,
        Profile, Seq, Shown, ShownCanary, SplitId, VersionName,
    },
    store::stored,
};

impl From<&Moment> for stored::Moment {
    fn from(moment: &Moment) -> Self {
        let canary = moment.canary.as_deref();
        Self {
            since: moment.since.0,
            at_micros: moment.at.as_microsecond(),
            stable: moment.stable.as_ref().map(Into::into),
            canary_by: canary.map_or(String::new(), |canary| canary.by.to_string()),
            canary: canary.and_then(|canary| canary.shown.as_ref().map(Into::into)),
        }
    }
}

impl From<&Shown> for stored::Shown {
    fn from(shown: &Shown) -> Self {
        Self {
            name: shown.name.to_string(),
            sha256: shown.sha256.map(|sha256| sha256.0.to_vec()),
        }
    }
}

impl From<&PastCommit> for stored::PastCommit {
    fn from(commit: &PastCommit) -> Self {
        Self {
            since: commit.since.0,
            name: commit.name.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&PastOverride> for stored::PastOverride {
    fn from(past: &PastOverride) -> Self {
        Self {
            app: past.target.of.app.to_string(),
            profile: past.target.of.profile.to_string(),
            sha256: past.sha256.0.to_vec(),
            since: past.since.0,
            at_micros: past.at.as_microsecond(),
            until: past.until.0,
            ended_at_micros: past.ended_at.as_microsecond(),
        }
    }
}

/// The past of a document.
pub(super) fn of_document(moments: Vec<stored::Moment>, trimmed: bool) -> Result<Past> {
    let moments = moments.into_iter().map(TryInto::try_into);
    Ok(Past {
        moments: moments.collect::<Result<_>>()?,
        trimmed,
    })
}

/// The past of a label.
pub(super) fn of_label(
    label: &Label,
    commits: Vec<stored::PastCommit>,
    overrides: &[stored::PastOverride],
) -> Result<LabelPast> {
    let commits = commits.into_iter().map(|commit| PastCommit {
        since: Seq(commit.since),
        name: commit.name.as_deref().map(VersionName::trusted),
    });
    let overrides = overrides.iter().map(|past| of_override(label, past));
    Ok(LabelPast {
        commits: commits.collect(),
        overrides: overrides.collect::<Result<_>>()?,
    })
}

fn of_override(label: &Label, past: &stored::PastOverride) -> Result<PastOverride> {
    Ok(PastOverride {
        target: OverrideTarget {
            label: label.clone(),
            of: AppProfile {
                app: App::trusted(&past.app),
                profile: Profile::trusted(&past.profile),
            },
        },
        sha256: sha256(&past.sha256)?,
        since: Seq(past.since),
        at: timestamp(past.at_micros)?,
        until: Seq(past.until),
        ended_at: timestamp(past.ended_at_micros)?,
    })
}

impl TryFrom<stored::Moment> for Moment {
    type Error = Unreadable;

    fn try_from(stored: stored::Moment) -> Result<Self> {
        let shown = stored.canary.map(TryInto::try_into).transpose()?;
        let canary = match stored.canary_by.as_str() {
            "" => None,
            by => Some(Box::new(ShownCanary {
                by: SplitId::trusted(by),
                shown,
            })),
        };
        Ok(Self {
            since: Seq(stored.since),
            at: timestamp(stored.at_micros)?,
            stable: stored.stable.map(TryInto::try_into).transpose()?,
            canary,
        })
    }
}

impl TryFrom<stored::Shown> for Shown {
    type Error = Unreadable;

    fn try_from(stored: stored::Shown) -> Result<Self> {
        let sha256 = stored.sha256.as_deref().map(sha256);
        Ok(Self {
            name: VersionName::trusted(&stored.name),
            sha256: sha256.transpose()?,
        })
    }
}
