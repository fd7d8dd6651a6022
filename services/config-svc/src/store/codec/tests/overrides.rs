//! Overrides that were stored are still read.

use std::sync::Arc;

use prost::Message;

use super::{super::*, decoded};
use crate::{
    domain::{
        App, AppProfile, Body, Label, Override, OverrideEnd, OverrideId, OverrideTarget,
        OverrideValues, Profile, Seq,
    },
    store::stored,
};

fn target(app: &str, profile: &str) -> OverrideTarget {
    OverrideTarget {
        label: Label::main(),
        of: AppProfile {
            app: App::trusted(app),
            profile: Profile::trusted(profile),
        },
    }
}

fn of_orders() -> Override {
    let time = |micros| jiff::Timestamp::from_microsecond(micros).unwrap();
    Override {
        id: OverrideId(Seq(7)),
        target: target("orders", "prod"),
        values: OverrideValues::trusted(r#"{"a.b":1}"#),
        reason: "audit".to_owned(),
        by: "ada".to_owned(),
        author: "Ada L".to_owned(),
        since: time(1),
        expires_at: time(2),
    }
}

/// Overrides in the log, as they were written first.
#[test]
fn an_override_and_its_end_are_read_and_written_as_they_were_first() {
    let bodies = [
        (
            "08071204080110021801220131c2013a0a16080712046d61696e1a066f7264657273220470726f6412097b22612e62223a317d1a05617564697422036164612a05416461204c30013802",
            Body::OverrideSet(Arc::new(of_orders())),
        ),
        (
            "08071204080110021801220131ca01460a16080712046d61696e1a066f7264657273220470726f640a1f08ac0212046d61696e1a0b6170706c69636174696f6e220764656661756c7410011a046f7665722203626f62",
            Body::OverrideEnded(OverrideEnd {
                which: vec![
                    (OverrideId(Seq(7)), target("orders", "prod")),
                    (OverrideId(Seq(300)), target("application", "default")),
                ],
                expired: true,
                reason: "over".to_owned(),
                author: "bob".to_owned(),
            }),
        ),
    ];
    for (bytes, body) in bodies {
        let stored: stored::Record = decoded(bytes);
        assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
        let read: Body = stored.body.unwrap().try_into().ok().unwrap();
        assert_eq!(read, body);
    }
}

/// An override in a checkpoint, as it was written first.
#[test]
fn an_override_of_a_checkpoint_is_read_and_written_as_it_was_first() {
    let bytes = "523a0a16080712046d61696e1a066f7264657273220470726f6412097b22612e62223a317d1a05617564697422036164612a05416461204c30013802";
    let stored: stored::Item = decoded(bytes);
    assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
    let Some(stored::item::Kind::Override(stored)) = stored.kind else {
        panic!("{stored:?}");
    };
    let read: Override = stored.try_into().ok().unwrap();
    assert_eq!(read, of_orders());
}

/// One of nothing was never written.
#[test]
fn an_override_of_nothing_is_damage() {
    let stored = stored::Override {
        of: None,
        ..stored::Override::from(&of_orders())
    };
    assert_eq!(Override::try_from(stored), Err(Unreadable::Damaged));
}
