//! A log of numbered events.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use vortex_notify::{About, CannotRead, Event, Log};
use vortex_store::{Store, Transaction};

pub(crate) const PREFIX: &str = "diary/";

/// Tells of each entry; of those that begin with `-` there is nothing to tell.
pub(crate) struct Diary;

/// An entry's key. Later ones are not greater: the order is that of the commits.
pub(crate) fn key(number: u32) -> String {
    format!("{PREFIX}{:04}", 9_999 - number)
}

/// The id of an event.
pub(crate) fn id(number: u32) -> String {
    format!("diary/{number}")
}

/// Writes some entries, each in a transaction of its own, and something else beside each.
pub(crate) async fn write(store: &Arc<dyn Store>, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        let entry = Transaction::new().put(key(number), number.to_string());
        store.commit(entry).await.unwrap();
        let other = Transaction::new().put("other", number.to_string());
        store.commit(other).await.unwrap();
    }
}

impl Log for Diary {
    fn prefix(&self) -> Bytes {
        PREFIX.into()
    }

    async fn event(&self, _: Bytes, value: Bytes) -> Result<Option<Event>, CannotRead> {
        let number = std::str::from_utf8(&value).unwrap();
        Ok((!number.starts_with('-')).then(|| event(number)))
    }
}

fn event(number: &str) -> Event {
    let is_even = number.ends_with(['0', '2', '4', '6', '8']);
    Event {
        id: format!("diary/{number}"),
        at: Timestamp::UNIX_EPOCH,
        kind: match is_even {
            true => "rollout.rolled_back",
            false => "rollout.started",
        },
        subject: number.to_owned(),
        text: format!("number {number} came"),
        label: "main".to_owned(),
        about: vec![About {
            app: Some("orders".to_owned()),
            profile: None,
        }],
        data: serde_json::json!({ "number": number }),
    }
}
