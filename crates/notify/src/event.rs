//! What happened, as sinks are told of it.

use jiff::Timestamp;
use serde_json::Value;
use vortex_pattern::Pattern;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id, the same whenever it is sent: visible ASCII.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// What kind of event it is: one of [`KINDS`](crate::KINDS).
    pub kind: &'static str,
    /// What it is about, such as a rollout's id.
    pub subject: String,
    /// All of it in one line, for people.
    pub text: String,
    /// The label that it concerns.
    pub label: String,
    /// The applications and profiles that it concerns there.
    pub about: Vec<About>,
    /// The facts, for programs.
    pub data: Value,
}

/// Whom an event concerns on its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The application; none for all of them.
    pub app: Option<String>,
    /// The profile; none for all of them.
    pub profile: Option<String>,
}

impl Event {
    /// Whether it concerns something that is in the pattern.
    pub(crate) fn concerns(&self, pattern: &Pattern) -> bool {
        let is_in = |about: &About| {
            let app = about.app.as_deref();
            let profile = about.profile.as_deref();
            app.is_none_or(|app| pattern.matches_app(app))
                && profile.is_none_or(|profile| pattern.matches_profile(profile))
        };
        pattern.matches_label(&self.label) && self.about.iter().any(is_in)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn event(id: &str, kind: &'static str) -> Event {
        Event {
            id: id.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            kind,
            subject: "r1".to_owned(),
            text: "r1 was rolled back".to_owned(),
            label: "main".to_owned(),
            about: vec![About {
                app: Some("orders".to_owned()),
                profile: Some("prod".to_owned()),
            }],
            data: serde_json::json!({"state": "rolled_back"}),
        }
    }

    #[test]
    fn an_event_concerns_what_its_application_profile_and_label_are_in() {
        let mut event = event("1", "rollout.started");
        let concerns = |event: &Event, pattern: &str| event.concerns(&pattern.parse().unwrap());
        for (pattern, expected) in [
            ("**", true),
            ("orders", true),
            ("orders/prod", true),
            ("main:*/prod", true),
            ("orders/dev", false),
            ("billing", false),
            ("next:orders", false),
        ] {
            assert_eq!(concerns(&event, pattern), expected, "{pattern}");
        }
        event.about[0].profile = None;
        assert!(concerns(&event, "orders/dev"));
        event.about[0].app = None;
        assert!(concerns(&event, "billing/dev"));
        assert!(!concerns(&event, "next:billing/dev"));
    }
}
