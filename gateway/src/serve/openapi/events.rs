//! The events of streams, as objects: what `event`, `id` and `data` of each are.

use serde_json::{Value, json};

/// The schema of one event of the stream at `path`.
pub(super) fn of(path: &str) -> Value {
    let ends = ("problem", "Problem", false);
    let events = match path.starts_with("/api/rollouts") {
        true => vec![("rollout", "FollowedRollout", false), ends],
        false => vec![
            ("snapshot", "Effective", true),
            ("change", "ConfigChange", true),
            ends,
        ],
    };
    let events: Vec<_> = events.into_iter().map(event).collect();
    json!({
        "description": "One event; `data` is a line of JSON of this shape.",
        "oneOf": events,
    })
}

/// `has_id`: whether the event has an id, which is the token to resume from.
fn event((name, data, has_id): (&str, &str, bool)) -> Value {
    let mut event = json!({
        "type": "object",
        "title": name,
        "required": ["event", "data"],
        "properties": {
            "event": {"type": "string", "const": name},
            "data": {"$ref": format!("#/components/schemas/{data}")},
        },
    });
    if has_id {
        let id = json!({"type": "string", "description": "The token of the event"});
        event["properties"]["id"] = id;
    }
    event
}
