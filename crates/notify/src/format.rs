//! The bodies of requests.

use bytes::Bytes;
use serde_json::json;

use crate::Event;

/// The most characters of a text: those of people's reasons may be more.
const MAX_TEXT: usize = 2_000;

/// The form in which a sink is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// All of the event, for programs.
    Webhook,
    /// A message that Slack shows, and what understands the same.
    Slack,
}

impl Format {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "webhook" => Some(Self::Webhook),
            "slack" => Some(Self::Slack),
            _ => None,
        }
    }

    pub(crate) fn body(self, event: &Event) -> Bytes {
        let body = match self {
            Self::Webhook => json!({
                "id": event.id,
                "at": event.at,
                "kind": event.kind,
                "subject": event.subject,
                "label": event.label,
                "text": line(&event.text),
                "data": event.data,
            }),
            Self::Slack => json!({"text": escaped(&line(&event.text))}),
        };
        body.to_string().into()
    }
}

/// The text in one line, without what would steer what shows it, and no longer than a chat takes.
fn line(text: &str) -> String {
    let shown = text.chars().take(MAX_TEXT);
    let steers = |char: char| {
        char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    shown
        .map(|char| if steers(char) { ' ' } else { char })
        .collect()
}

/// As Slack wants the characters that begin its own markup.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::event;

    #[test]
    fn a_webhook_gets_all_of_an_event() {
        let body = Format::Webhook.body(&event("rollout/r1/3", "rollout.rolled_back"));
        let expected = concat!(
            r#"{"id":"rollout/r1/3","at":"1970-01-01T00:00:00Z","kind":"rollout.rolled_back","#,
            r#""subject":"r1","label":"main","text":"r1 was rolled back","#,
            r#""data":{"state":"rolled_back"}}"#
        );
        assert_eq!(body, expected);
    }

    #[test]
    fn a_chat_gets_one_line_that_can_address_nobody() {
        let mut event = event("1", "rollout.rolled_back");
        event.text = "rolled back: p99 < 2 s & <!channel>".to_owned();
        let expected = r#"{"text":"rolled back: p99 &lt; 2 s &amp; &lt;!channel&gt;"}"#;
        assert_eq!(Format::Slack.body(&event), expected);
        event.text = format!("one\ntwo\u{202e}{}", "x".repeat(MAX_TEXT));
        let expected = format!(r#"{{"text":"one two {}"}}"#, "x".repeat(MAX_TEXT - 8));
        assert_eq!(Format::Slack.body(&event), expected);
    }
}
