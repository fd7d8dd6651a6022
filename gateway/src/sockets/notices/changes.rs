//! What a record of the log changes, as subscriptions are told of it.

use bytes::Bytes;
use jiff::Timestamp;
use vortex_kit::access::{Asked, Caller, Gate};
use vortex_proto::config::v1::{Moved, Record, record::Body};
use vortex_realtime::{
    MessageKind, Push, Session,
    message::{self, Cause},
};
use vortex_service::Named;

/// The application whose documents all others read, too.
const SHARED: &str = "application";
/// What stands for all that are not listed.
const ANY: &str = "*";

/// A change that is told, written once for all who are.
#[derive(Debug)]
pub(in crate::sockets) struct Notice {
    label: String,
    /// The applications and profiles that it may have been written for; none of what is not known.
    of: Vec<(String, String)>,
    bytes: Bytes,
}

impl Notice {
    /// Whether a session subscribes to it.
    pub(in crate::sockets) fn is_for(&self, session: &Session) -> bool {
        match self.of.is_empty() {
            true => session.subscribes_on(&self.label),
            false => {
                let mut of = self.of.iter();
                of.any(|(app, profile)| session.subscribes(app, profile, &self.label))
            }
        }
    }

    /// Whether a caller may know of it: who may read it. What all applications read is no secret to
    /// who reads any.
    pub(in crate::sockets) fn is_open_to(&self, gate: &Gate, caller: &Caller) -> bool {
        let is_shared = self.of.iter().any(|(app, _)| app == SHARED);
        if self.of.is_empty() || is_shared {
            return gate.lets_read(caller, Asked::Filtered);
        }
        self.of.iter().any(|(app, profile)| {
            let asked = Asked::Documents {
                labels: &[self.label.as_str()],
                apps: &[app.as_str()],
                profiles: &[profile.as_str()],
            };
            gate.lets_read(caller, asked)
        })
    }

    pub(in crate::sockets) fn push(&self) -> Push {
        Push {
            kind: MessageKind::Notice,
            bytes: self.bytes.clone(),
            position: None,
        }
    }
}

/// What is common to the changes of a record.
struct Writing<'a> {
    label: &'a str,
    token: &'a str,
    now: Timestamp,
}

impl Writing<'_> {
    fn notice(&self, of: Vec<(String, String)>, versions: (&str, &str), cause: Cause) -> Notice {
        let (app, profile) = of
            .first()
            .map_or((ANY, ANY), |(app, profile)| (app, profile));
        let (old_version, new_version) = versions;
        let bytes = message::notice(&message::Notice {
            app,
            profile,
            label: self.label,
            old_version,
            new_version,
            cause,
            token: self.token,
            timestamp: self.now,
        });
        Notice {
            label: self.label.to_owned(),
            bytes: bytes.into(),
            of,
        }
    }

    fn moved(&self, moved: &Moved) -> Notice {
        let versions = (&*moved.from, &*moved.to);
        self.notice(self.meanings(&moved.path), versions, Cause::Document)
    }

    fn meanings(&self, path: &str) -> Vec<(String, String)> {
        let named = Named {
            label: self.label,
            path,
            app: None,
            profile: None,
        };
        let meanings = named.meanings();
        meanings
            .map(|(app, profile)| (app.to_owned(), profile.to_owned()))
            .collect()
    }

    /// All on the label that is not listed.
    fn rest(&self) -> Notice {
        self.notice(Vec::new(), ("", ""), Cause::Document)
    }
}

/// What a record changes for readers; nothing if it is of none of their configurations.
pub(super) fn of(record: &Record, now: Timestamp) -> Vec<Notice> {
    let Some(body) = &record.body else {
        return Vec::new();
    };
    let on = |label| Writing {
        label,
        token: &record.token,
        now,
    };
    match body {
        Body::OverrideSet(set) => {
            let of = vec![(set.app.clone(), set.profile.clone())];
            vec![on(&set.label).notice(of, ("", &set.id), Cause::Override)]
        }
        Body::OverrideEnded(ended) => {
            let ended = ended.overrides.iter();
            let notice = ended.map(|ended| {
                let of = vec![(ended.app.clone(), ended.profile.clone())];
                on(&ended.label).notice(of, (&ended.id, ""), Cause::Override)
            });
            notice.collect()
        }
        Body::SplitMoved(split) => {
            let writing = on(&split.label);
            let paths = split.paths.iter();
            let notice = paths.map(|path| {
                writing.notice(writing.meanings(path), ("", &split.change), Cause::Rollout)
            });
            notice.collect()
        }
        Body::SplitEnded(split) => {
            let writing = on(&split.label);
            let mut notices = documents(record, &writing);
            if notices.is_empty() {
                let paths = split.paths.iter();
                notices.extend(paths.map(|path| {
                    writing.notice(writing.meanings(path), (&split.change, ""), Cause::Rollout)
                }));
            }
            notices
        }
        Body::LabelRemoved(removed) => vec![on(&removed.label).rest()],
        Body::Change(change) => documents(record, &on(&change.label)),
        Body::Released(released) => documents(record, &on(&released.label)),
        Body::Discarded(_)
        | Body::Restaged(_)
        | Body::Unchanged(_)
        | Body::LabelDetached(_)
        | Body::SourceImported(_)
        | Body::FreezeSet(_)
        | Body::FreezeEnded(_)
        | Body::KeyCreated(_)
        | Body::KeyRotated(_)
        | Body::KeyRevoked(_)
        | Body::OwnershipSet(_)
        | Body::Retained(_) => Vec::new(),
    }
}

/// The documents that have another stable version.
fn documents(record: &Record, writing: &Writing<'_>) -> Vec<Notice> {
    let listed = record.moved.iter().map(|moved| writing.moved(moved));
    let is_more = record.moved_count as usize > record.moved.len();
    let rest = is_more.then(|| writing.rest());
    listed.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use vortex_proto::config::v1::{Change, Override, Released};

    use super::*;

    fn told(record: &Record) -> Vec<Value> {
        let notices = of(record, Timestamp::UNIX_EPOCH);
        let told = notices.iter();
        told.map(|notice| serde_json::from_slice(&notice.bytes).unwrap())
            .collect()
    }

    fn moved(path: &str) -> Moved {
        Moved {
            path: path.into(),
            from: "v1".into(),
            to: "v2".into(),
            ..Moved::default()
        }
    }

    #[test]
    fn a_release_is_told_by_its_documents_and_that_there_are_more() {
        let record = Record {
            token: "s:9".into(),
            body: Some(Body::Released(Released {
                label: "main".into(),
                ..Released::default()
            })),
            moved: vec![moved("orders-prod.yml"), moved("application.yml")],
            moved_count: 3,
            ..Record::default()
        };
        let told = told(&record);
        let names = |at: usize| (&told[at]["app"], &told[at]["profile"]);
        assert_eq!(names(0), (&"orders".into(), &"prod".into()));
        assert_eq!(names(1), (&"application".into(), &"default".into()));
        assert_eq!(names(2), (&"*".into(), &"*".into()));
        assert_eq!(told[0]["old_version"], "v1");
        assert_eq!(told[0]["new_version"], "v2");
        assert_eq!(
            (&told[0]["label"], &told[0]["token"]),
            (&"main".into(), &"s:9".into())
        );
        assert_eq!(told[0]["cause"], "document");
    }

    #[test]
    fn an_override_is_told_and_what_changes_nothing_is_not() {
        let record = |body| Record {
            body: Some(body),
            ..Record::default()
        };
        let set = record(Body::OverrideSet(Override {
            id: "o42".into(),
            app: "orders".into(),
            profile: "prod".into(),
            label: "main".into(),
            ..Override::default()
        }));
        assert_eq!(told(&set)[0]["cause"], "override");
        assert_eq!(told(&set)[0]["new_version"], "o42");
        let staged = record(Body::Change(Change::default()));
        assert!(told(&staged).is_empty());
    }
}
