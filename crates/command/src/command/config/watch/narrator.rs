//! Describes each change for people. A server sends the whole configuration when the change would
//! be larger; the difference is then computed here.

use serde_json::Value;

use crate::{
    client::Told,
    console::{Palette, cell, printable, short},
    difference,
    error::Error,
};

/// Remembers what was told last.
#[derive(Debug, Default)]
pub(super) struct Narrator {
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    version: String,
    config: Value,
}

impl Narrator {
    /// The event as lines of text.
    pub(super) fn tell(&mut self, mut told: Told, palette: Palette) -> Result<String, Error> {
        let token = told.id.as_deref().unwrap_or("-");
        let (title, patch) = match told.event.as_str() {
            "change" => self.change(&mut told.data),
            _ => self.snapshot(&mut told.data)?,
        };
        let mut text = palette.title(&printable(&format!("{title}  {token}")));
        text.push('\n');
        for operation in patch.as_array().into_iter().flatten() {
            text.push_str(&format!("  {}\n", describe(operation, palette)));
        }
        Ok(text)
    }

    fn change(&mut self, data: &mut Value) -> (String, Value) {
        let (old, new) = (version(data, "old_version"), version(data, "new_version"));
        let patch = data["patch"].take();
        // what can't be followed is no longer held, and the next whole is told as one
        self.held = self.held.take().and_then(|held| held.after(&patch, &new));
        (changed(&old, &new), patch)
    }

    fn snapshot(&mut self, data: &mut Value) -> Result<(String, Value), Error> {
        let now = Held {
            version: version(data, "version"),
            config: data["config"].take(),
        };
        let (title, patch) = match &self.held {
            Some(held) => {
                let patch = difference::patch(&held.config, &now.config)?;
                (changed(&held.version, &now.version), patch)
            }
            None => (format!("snapshot  {}", short(&now.version)), Value::Null),
        };
        self.held = Some(now);
        Ok((title, patch))
    }
}

impl Held {
    fn after(mut self, patch: &Value, version: &str) -> Option<Self> {
        difference::apply(&mut self.config, patch)?;
        version.clone_into(&mut self.version);
        Some(self)
    }
}

fn version(data: &Value, name: &str) -> String {
    data[name].as_str().unwrap_or("-").to_owned()
}

fn changed(old: &str, new: &str) -> String {
    format!("change    {} -> {}", short(old), short(new))
}

/// One operation of a patch: `~ /server/port 9090`.
fn describe(operation: &Value, palette: Palette) -> String {
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let path = text("path");
    let with_value = |sign| printable(&format!("{sign} {path} {}", cell(&operation["value"])));
    match text("op") {
        "add" => palette.added(&with_value('+')),
        "remove" => palette.removed(&printable(&format!("- {path}"))),
        "replace" => palette.place(&with_value('~')),
        other => printable(&format!("{other} {path} {}", text("from"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(event: &str, data: Value) -> Told {
        Told {
            event: event.to_owned(),
            id: Some("s:1".to_owned()),
            data,
        }
    }

    fn snapshot(version: &str, config: Value) -> Told {
        told("snapshot", json!({"version": version, "config": config}))
    }

    fn tell(events: impl IntoIterator<Item = Told>) -> String {
        let mut narrator = Narrator::default();
        let events = events.into_iter();
        events
            .map(|told| narrator.tell(told, Palette::of_stdout(true)).unwrap())
            .collect()
    }

    #[test]
    fn a_whole_after_the_first_is_told_as_what_it_changes() {
        let patch = json!([{"op": "add", "path": "/b", "value": 2}]);
        let change = json!({"old_version": "v1", "new_version": "v2", "patch": patch});
        let text = tell([
            snapshot("v1", json!({"a": 1})),
            told("change", change),
            snapshot("v3", json!({"a": 1, "b": 3})),
        ]);
        assert_eq!(
            text,
            "snapshot  v1  s:1\n\
             change    v1 -> v2  s:1\n  + /b 2\n\
             change    v2 -> v3  s:1\n  ~ /b 3\n"
        );
    }

    #[test]
    fn a_change_that_does_not_fit_is_told_and_the_next_whole_is_whole() {
        let patch = json!([{"op": "remove", "path": "/none"}]);
        let change = json!({"old_version": "v1", "new_version": "v2", "patch": patch});
        let text = tell([
            snapshot("v1", json!({})),
            told("change", change),
            snapshot("v3", json!({"a": 1})),
        ]);
        assert!(text.ends_with("  - /none\nsnapshot  v3  s:1\n"), "{text}");
    }

    #[test]
    fn nonsense_is_told_without_harm() {
        for data in [
            json!({}),
            json!({"patch": 7}),
            json!({"patch": [7, {"op": 1}]}),
        ] {
            tell([snapshot("v1", json!(1)), told("change", data)]);
        }
    }
}
