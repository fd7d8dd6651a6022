//! Whatever the domain holds is the same after it was stored and read.

mod held;
mod past;

use std::{collections::BTreeSet, fmt::Debug, sync::Arc};

use jiff::Timestamp;
use prop::{bool, collection::vec, option::of, sample::select};
use proptest::prelude::*;
use prost::Message;
use vortex_bucket::Seed;

use crate::{
    domain::{
        Answered, App, AppProfile, Before, Body, ChangeEntry, ChangeName, ChangeSet, ChangeState,
        ChangedDocument, ClusterId, Content, ContentRef, Defect, Document, End, EndedSplit, Epoch,
        Feed, Fence, Forced, Freeze, HybridTime, Key, Label, LabelState, LastRelease, Moved, Moves,
        Origin, Outcome, Override, Ownership, Path, Place, Profile, Record, RequestId, RequestKey,
        Seq, Sha256, Share, SourceName, Split, SplitId, SplitMove, StoreId, Unit, Version,
        VersionName,
    },
    store::{
        codec::{from, open, seal, to},
        stored,
    },
};

use held::{freeze, freeze_end, key, override_end, override_set, rotation};
use past::{label_past, past};

fn seq() -> impl Strategy<Value = Seq> {
    any::<u64>().prop_map(Seq)
}

fn time() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (Timestamp::MIN, Timestamp::MAX);
    (first.as_microsecond()..=last.as_microsecond())
        .prop_map(|micros| Timestamp::from_microsecond(micros).unwrap())
}

fn hash() -> impl Strategy<Value = Sha256> {
    any::<[u8; 32]>().prop_map(Sha256)
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,6}"
}

macro_rules! names {
    ($($function:ident: $name:ident),+) => {$(
        fn $function() -> impl Strategy<Value = $name> {
            "[a-z/.-]{1,6}".prop_map(|name| $name::trusted(&name))
        }
    )+};
}

names! { label: Label, version_name: VersionName, path: Path, source: SourceName, split_id: SplitId }

fn written_for() -> impl Strategy<Value = Option<AppProfile>> {
    of(
        ("[a-z]{1,6}", "[a-z]{1,6}").prop_map(|(app, profile)| AppProfile {
            app: App::trusted(&app),
            profile: Profile::trusted(&profile),
        }),
    )
}

fn content() -> impl Strategy<Value = Content> {
    let defect = (any::<u32>(), any::<u32>(), text());
    let defect = defect.prop_map(|(line, column, message)| Defect {
        line,
        column,
        message,
    });
    let present = (hash(), any::<u32>(), of(defect));
    prop_oneof![
        present.prop_map(|(sha256, size, defect)| Content::Present {
            content: ContentRef { sha256, size },
            defect,
        }),
        any::<u64>().prop_map(|size| Content::Oversized { size }),
        Just(Content::Absent),
    ]
}

fn change() -> impl Strategy<Value = ChangeSet> {
    let document = (path(), content(), written_for());
    let document = document.prop_map(|(path, content, written_for)| ChangedDocument {
        path,
        content,
        written_for,
    });
    let names = (seq(), version_name(), label(), hash());
    let texts = (text(), text(), text());
    (names, texts, time(), vec(document, 0..3)).prop_map(|(names, texts, written_at, documents)| {
        let (seq, name, label, digest) = names;
        let (message, author, principal) = texts;
        ChangeSet {
            seq,
            name,
            label,
            digest,
            message,
            author,
            principal,
            written_at,
            documents: documents.into(),
        }
    })
}

fn split_move() -> impl Strategy<Value = SplitMove> {
    let share = (0..=10_000_u16).prop_map(|share| Share::from_hundredths(share).unwrap());
    let unit = select(vec![Unit::Instance, Unit::Subject]);
    (split_id(), seq(), share, unit, any::<u64>(), forced()).prop_map(
        |(id, change, share, unit, generation, forced)| SplitMove {
            id,
            change,
            share,
            unit,
            generation,
            forced,
        },
    )
}

fn forced() -> impl Strategy<Value = Forced> {
    let keys = |of: &'static str| vec(of, 0..4);
    (keys("a[a-z0-9é]{0,8}"), keys("b[a-z0-9]{0,8}"))
        .prop_map(|(include, exclude)| Forced::new(include, exclude).unwrap())
}

fn unread() -> impl Strategy<Value = Arc<BTreeSet<Label>>> {
    vec(label(), 0..3).prop_map(|labels| Arc::new(labels.into_iter().collect()))
}

fn body() -> impl Strategy<Value = Body> {
    let written = (
        change(),
        bool::ANY,
        of(source()),
        of(split_id()),
        of(seq()),
        bool::ANY,
    );
    let ended = (split_id(), of(seq()), any::<u64>(), bool::ANY, text());
    prop_oneof![
        written.prop_map(
            |(change, released, source, reverts, undoes, awaits_rollout)| Body::Change {
                change: Arc::new(change),
                released,
                source,
                reverts,
                undoes,
                awaits_rollout,
            }
        ),
        (seq(), vec(split_id(), 0..3), text(), text(), text()).prop_map(
            |(change, detached, reason, author, message)| Body::Release {
                change,
                detached,
                reason,
                author,
                message,
            }
        ),
        seq().prop_map(|change| Body::Discard { change }),
        seq().prop_map(|change| Body::Restage { change }),
        seq().prop_map(|change| Body::Unchanged { change }),
        split_move().prop_map(Body::SplitMoved),
        ended.prop_map(
            |(id, change, generation, released, reason)| Body::SplitEnded {
                id,
                change,
                generation,
                released,
                reason,
            }
        ),
        label().prop_map(|label| Body::LabelRemoved { label }),
        label().prop_map(|label| Body::LabelDetached { label }),
        (source(), unread()).prop_map(|(source, unread)| Body::SourceImported { source, unread }),
        freeze().prop_map(|freeze| Body::FreezeSet(Arc::new(freeze))),
        freeze_end().prop_map(Body::FreezeEnded),
        override_set().prop_map(|set| Body::OverrideSet(Arc::new(set))),
        override_end().prop_map(Body::OverrideEnded),
        key().prop_map(|key| Body::KeyCreated(Arc::new(key))),
        rotation().prop_map(Body::KeyRotated),
        time().prop_map(|before| Body::Retained { before }),
        ownership().prop_map(|owned| Body::OwnershipSet(Arc::new(owned))),
        key().prop_map(|key| Body::KeyRevoked(key.stored.id, key.name().clone())),
    ]
}

fn request() -> impl Strategy<Value = RequestKey> {
    ("[a-z0-9]{1,6}", hash()).prop_map(|(id, body)| RequestKey {
        id: RequestId::trusted(&id),
        body,
    })
}

fn moves() -> impl Strategy<Value = Moves> {
    let moved = (path(), of((seq(), version_name())), version_name());
    let moved = moved.prop_map(|(path, from, to)| Moved { path, from, to });
    (vec(moved, 0..3), any::<u32>()).prop_map(|(listed, count)| Moves { listed, count })
}

fn last_release() -> impl Strategy<Value = Box<LastRelease>> {
    (time(), text(), text(), of(seq()), of(split_id())).prop_map(
        |(at, by, author, replaced, with)| {
            Box::new(LastRelease {
                at,
                by: by.into(),
                author: author.into(),
                replaced,
                with,
            })
        },
    )
}

fn ownership() -> impl Strategy<Value = Ownership> {
    const PATTERNS: &[&str] = &["**", "a/**", "a/default", "a-b/c"];
    let fence = of((any::<u128>(), any::<u64>())).prop_map(|fence| {
        fence.map(|(store, sequence)| Fence {
            cluster: ClusterId::trusted("us"),
            store: StoreId::from_u128(store),
            sequence,
        })
    });
    (
        select(PATTERNS),
        any::<u64>(),
        fence,
        text(),
        time(),
        any::<bool>(),
    )
        .prop_map(|(pattern, counter, fence, by, since, forced)| {
            let pattern = pattern.parse().unwrap();
            Ownership {
                place: Place::of(&pattern).unwrap(),
                pattern,
                epoch: Epoch {
                    counter,
                    cluster: ClusterId::trusted("eu"),
                },
                fence,
                by,
                since,
                forced,
            }
        })
}

fn record() -> impl Strategy<Value = Record> {
    let hybrid = (time(), any::<u32>()).prop_map(|(wall, logical)| HybridTime { wall, logical });
    let origin = (any::<u64>(), text(), any::<u128>(), any::<u64>());
    let origin = origin.prop_map(|(epoch, cluster, store, sequence)| Origin {
        epoch,
        cluster: ClusterId::trusted(&cluster),
        store: StoreId::from_u128(store),
        sequence,
    });
    let about = (label(), version_name()).prop_map(|(label, name)| ChangeName { label, name });
    (
        seq(),
        hybrid,
        origin,
        text(),
        of(request()),
        body(),
        of(about),
        moves(),
    )
        .prop_map(
            |(seq, time, origin, principal, request, body, about, moves)| Record {
                seq,
                time,
                origin,
                principal,
                request,
                body,
                about,
                moves,
            },
        )
}

fn labelled() -> impl Strategy<Value = (Label, LabelState)> {
    let feed = (
        source(),
        version_name(),
        time(),
        of(version_name()),
        of(seq()),
    );
    let feed = feed.prop_map(|(source, imported, imported_at, served, awaiting)| Feed {
        cluster: ClusterId::trusted("eu"),
        source,
        imported,
        imported_at,
        served,
        awaiting,
    });
    let label = (label(), label_past());
    (label, any::<u64>(), of(feed), of(source())).prop_map(
        |((label, mut past), generation, feed, detached)| {
            for ended in &mut past.overrides {
                ended.target.label = label.clone();
            }
            let state = LabelState {
                generation,
                feed,
                detached,
                past: Arc::new(past),
                ..LabelState::default()
            };
            (label, state)
        },
    )
}

fn document() -> impl Strategy<Value = Document> {
    let released = of(last_release());
    let version = (
        seq(),
        version_name(),
        content(),
        time(),
        bool::ANY,
        released,
    );
    let version = version.prop_map(
        |(seq, name, content, written_at, revert, release)| Version {
            seq,
            name,
            content,
            written_at,
            revert,
            release,
        },
    );
    (
        path(),
        written_for(),
        of(seq()),
        vec(version, 0..3),
        past(),
        1..=i64::MAX,
    )
        .prop_map(
            |(path, written_for, stable, versions, past, stable_ms)| Document {
                path,
                written_for,
                versions,
                stable,
                stable_ms,
                held: None,
                past,
            },
        )
}

fn entry() -> impl Strategy<Value = ChangeEntry> {
    let state = select(vec![
        ChangeState::Staged,
        ChangeState::Released,
        ChangeState::Discarded,
        ChangeState::RolledBack,
    ]);
    (change(), state, of(split_id()), any::<u32>()).prop_map(
        |(change, state, rolled_back_by, kept)| ChangeEntry {
            change: Arc::new(change),
            state,
            rolled_back_by,
            kept,
        },
    )
}

fn answer() -> impl Strategy<Value = (String, RequestId, Answered)> {
    let outcome = (
        seq(),
        seq(),
        label(),
        version_name(),
        hash(),
        bool::ANY,
        bool::ANY,
    );
    let outcome = outcome.prop_map(
        |(at, change, label, name, digest, created, moved)| Outcome {
            at,
            change,
            label,
            name,
            digest,
            created,
            moved,
        },
    );
    (text(), request(), time(), outcome).prop_map(|(principal, key, at, outcome)| {
        let answered = Answered {
            body: key.body,
            at,
            outcome,
        };
        (principal, key.id, answered)
    })
}

fn split() -> impl Strategy<Value = Split> {
    (split_move(), label(), version_name(), time()).prop_map(|(at, label, name, moved_at)| Split {
        seed: Seed::of(at.id.as_str()),
        id: at.id,
        label,
        change: at.change,
        name,
        share: at.share,
        unit: at.unit,
        generation: at.generation,
        forced: at.forced,
        moved_at,
    })
}

fn ended() -> impl Strategy<Value = EndedSplit> {
    let before = (path(), of(seq())).prop_map(|(path, stable)| Before { path, stable });
    let end = prop_oneof![
        Just(End::NeverBegan),
        split().prop_map(|split| End::Removed(Arc::new(split))),
        split().prop_map(|split| End::Detached(Arc::new(split))),
        (split(), vec(before, 0..3), of(seq())).prop_map(|(split, before, revert)| {
            End::Released {
                split: Arc::new(split),
                before: before.into(),
                revert,
            }
        }),
    ];
    (split_id(), any::<u64>(), time(), text(), text(), end).prop_map(
        |(id, generation, ended_at, by, why, end)| EndedSplit {
            id,
            generation,
            ended_at,
            by,
            why,
            end,
        },
    )
}

/// Stores a message and reads it again.
fn read<M: Message + Default, D: TryFrom<M, Error: Debug>>(message: M) -> D {
    D::try_from(again(message)).unwrap()
}

fn again<M: Message + Default>(message: M) -> M {
    open(&seal(&message)).unwrap()
}

proptest! {
    #[test]
    fn a_record(record in record()) {
        prop_assert_eq!(read::<stored::Record, Record>((&record).into()), record);
    }

    #[test]
    fn a_label((name, label) in labelled()) {
        let message = again(to::label(&name, &label));
        prop_assert_eq!(from::label(message).unwrap(), (name, label));
    }

    #[test]
    fn a_document(document in document()) {
        prop_assert_eq!(read::<stored::Document, Document>((&document).into()), document);
    }

    #[test]
    fn a_change_set(entry in entry()) {
        prop_assert_eq!(read::<stored::ChangeEntry, ChangeEntry>((&entry).into()), entry);
    }

    #[test]
    fn an_answer((principal, id, answered) in answer()) {
        let message = again(to::answer(&principal, &id, &answered));
        prop_assert_eq!(from::answer(message).unwrap(), (principal, id, answered));
    }

    #[test]
    fn a_split(split in split()) {
        prop_assert_eq!(read::<stored::Split, Split>((&split).into()), split);
    }

    #[test]
    fn a_split_that_has_ended(ended in ended()) {
        prop_assert_eq!(read::<stored::EndedSplit, EndedSplit>((&ended).into()), ended);
    }

    #[test]
    fn a_freeze(freeze in freeze()) {
        prop_assert_eq!(read::<stored::Freeze, Freeze>((&freeze).into()), freeze);
    }

    #[test]
    fn an_override(set in override_set()) {
        prop_assert_eq!(read::<stored::Override, Override>((&set).into()), set);
    }

    #[test]
    fn an_api_key(key in key()) {
        prop_assert_eq!(read::<stored::Key, Key>((&key).into()), key);
    }

    #[test]
    fn a_source(name in source(), unread in unread()) {
        let message = again(to::source(&name, &unread));
        prop_assert_eq!(from::source(&message), (name, unread));
    }
}
