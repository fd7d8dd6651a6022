//! What names and texts may be, by the parameter or member that holds them.

use serde_json::{Value, json};

/// Characters of names.
const PLAIN: &str = "^[A-Za-z0-9._-]+$";

/// Adds to a schema what its name says of it, unless it says so itself.
pub(super) fn add(name: &str, schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    let is_text = match members.get("type") {
        Some(Value::String(of)) => of == "string",
        Some(Value::Array(of)) => of.iter().any(|of| of == "string"),
        _ => false,
    };
    let bounds = match name {
        "page_size" => json!({"minimum": 0, "maximum": 1000}),
        _ if is_text => text(name),
        _ => return,
    };
    for (bound, value) in bounds.as_object().into_iter().flatten() {
        members.entry(bound).or_insert_with(|| value.clone());
    }
    if name == "page_size" {
        members.insert("maximum".to_owned(), json!(1000));
    }
}

fn text(name: &str) -> Value {
    match name {
        "app" | "profile" => json!({"minLength": 1, "maxLength": 128, "pattern": PLAIN}),
        "profiles" => json!({"minLength": 1, "pattern": "^[A-Za-z0-9._,-]+$"}),
        "id" => json!({"minLength": 1, "maxLength": 64, "pattern": PLAIN}),
        "version" | "from" | "to" | "from_version" | "to_version" => {
            json!({"maxLength": 128, "pattern": "^[A-Za-z0-9._-]*$"})
        }
        "label" => json!({"maxLength": 256}),
        "path" => json!({"maxLength": 1024}),
        "message" | "author" => json!({"maxLength": 4096}),
        "reason" => json!({"maxLength": 1024}),
        "key" | "instance" | "X-Vortex-Key" | "X-Vortex-Instance" => json!({"maxLength": 256}),
        "request_id" | "Idempotency-Key" => json!({"maxLength": 128, "pattern": "^[!-~]*$"}),
        _ => json!({}),
    }
}
