//! Deeds and refusals in lines of at most 80 columns.

use vortex_rest::{AuditEntry, Denial, TimelineEntry};

use crate::command::log::line::{self, below, head};

/// When, and what was done or refused; below, by whom.
pub(super) fn tell(entry: &AuditEntry) -> String {
    match (&entry.done, &entry.denied) {
        // the principal is what counts here, and not what they say they are
        (Some(done), _) => line::tell(&TimelineEntry {
            author: String::new(),
            undo: String::new(),
            ..done.clone()
        }),
        (None, Some(denied)) => refused(entry, denied),
        (None, None) => head(entry.time.as_deref(), "unknown", "") + "\n",
    }
}

fn refused(entry: &AuditEntry, denied: &Denial) -> String {
    // a method by its last name, which says enough
    let call = denied
        .call
        .rsplit_once('/')
        .filter(|_| !denied.call.contains(' '));
    let call = call.map_or(denied.call.as_str(), |(_, method)| method);
    let mut lines = vec![head(entry.time.as_deref(), "denied", call)];
    lines.push(below(&by(entry, denied)));
    lines.push(below(&why(denied)));
    lines.join("\n") + "\n"
}

fn by(entry: &AuditEntry, denied: &Denial) -> String {
    let mut by = format!("by {}", entry.principal);
    if !denied.key_id.is_empty() {
        by += &format!(", key {}", denied.key_id);
    }
    if !denied.address.is_empty() {
        by += &format!(", from {}", denied.address);
    }
    by
}

fn why(denied: &Denial) -> String {
    let times = match denied.count {
        0 | 1 => String::new(),
        count => format!("{count} times: "),
    };
    let scope = match denied.scope.as_str() {
        "" => String::new(),
        scope => format!(" for {scope}"),
    };
    match (denied.reason.as_str(), denied.role.as_str()) {
        ("denied", role) => format!("{times}lacks the role {role}{scope}"),
        ("no_credentials", _) => format!("{times}shows no credentials"),
        (reason, _) => format!("{times}credentials are {}", reason.replace('_', " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denial() -> AuditEntry {
        AuditEntry {
            time: Some("2026-11-27T01:22:33.123456Z".to_owned()),
            principal: "key:ci".to_owned(),
            done: None,
            denied: Some(Denial {
                reason: "denied".to_owned(),
                key_id: "0123456789abcdef".to_owned(),
                address: "10.0.0.7".to_owned(),
                call: "vortex.config.v1.ConfigService/PutDocument".to_owned(),
                role: "writer".to_owned(),
                scope: "main:orders/prod".to_owned(),
                count: 3,
                last_at: None,
            }),
        }
    }

    #[test]
    fn a_refusal_says_who_from_where_and_what_is_missing() {
        assert_eq!(
            tell(&denial()),
            "11-27 01:22  denied    PutDocument\n\
             \x20            by key:ci, key 0123456789abcdef, from 10.0.0.7\n\
             \x20            3 times: lacks the role writer for main:orders/prod\n"
        );
    }

    #[test]
    fn who_is_not_known_is_told_by_what_was_wrong() {
        let mut entry = denial();
        entry.principal = "anonymous".to_owned();
        if let Some(denied) = &mut entry.denied {
            denied.reason = "revoked".to_owned();
            denied.call = "GET /orders/prod".to_owned();
            denied.count = 1;
        }
        let told = tell(&entry);
        assert!(
            told.starts_with("11-27 01:22  denied    GET /orders/prod\n"),
            "{told}"
        );
        assert!(
            told.ends_with("             credentials are revoked\n"),
            "{told}"
        );
    }
}
