//! A configuration as it was served.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use vortex_rest::{Assignment, ConfigChange, Effective};

use crate::patch;

/// A configuration as it was served. Its text is what its digest says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Served {
    pub(crate) version: String,
    pub(crate) digest: String,
    pub(crate) token: String,
    pub(crate) assignments: Vec<Assignment>,
    /// The configuration as JSON.
    pub(crate) text: Box<str>,
}

/// What is held does not lead to what the server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Astray;

impl Served {
    /// What an answer holds, unless its digest is of something else.
    pub(crate) fn whole(answer: Effective) -> Result<Self, Astray> {
        let text: Box<str> = answer.config.get().into();
        if digest(&text) != answer.digest {
            return Err(Astray);
        }
        Ok(Self {
            version: answer.version,
            digest: answer.digest,
            token: answer.token,
            assignments: answer.assignments,
            text,
        })
    }

    /// What a change leads to from here, unless that is not what the server has.
    ///
    /// A patch says nothing of the order of members, which the digest is about: a member that is
    /// new in the middle leads astray.
    pub(crate) fn changed(&self, change: ConfigChange) -> Result<Self, Astray> {
        let text = match change.digest == self.digest {
            true => self.text.clone(),
            false => self.patched(change.patch.get())?,
        };
        if digest(&text) != change.digest {
            return Err(Astray);
        }
        Ok(Self {
            version: change.new_version,
            digest: change.digest,
            token: change.token,
            assignments: change.assignments,
            text,
        })
    }

    fn patched(&self, patch: &str) -> Result<Box<str>, Astray> {
        let mut document: Value = serde_json::from_str(&self.text).map_err(|_| Astray)?;
        patch::apply(&mut document, patch).map_err(|_| Astray)?;
        Ok(document.to_string().into())
    }

    /// Whether an application sees no difference between the two.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        (&self.digest, &self.version) == (&other.digest, &other.version)
            && self.assignments == other.assignments
    }

    /// Whether `token` is of the same log, and from before this was served.
    pub(crate) fn is_after(&self, token: &str) -> bool {
        let parts = |token: &str| -> Option<(String, u64)> {
            let (store, sequence) = token.split_once(':')?;
            Some((store.to_owned(), sequence.parse().ok()?))
        };
        match (parts(token), parts(&self.token)) {
            (Some((store, then)), Some((own, now))) => store == own && then < now,
            _ => false,
        }
    }
}

/// SHA-256 in hex.
pub(crate) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn effective(config: &str) -> Effective {
        let text = json!({"version": "v1", "digest": digest(config), "token": "s:7"}).to_string();
        let text = text.replacen('{', &format!("{{\"config\":{config},"), 1);
        serde_json::from_str(&text).unwrap()
    }

    fn change(patch: &Value, after: &str) -> ConfigChange {
        let change =
            json!({"new_version": "v2", "patch": patch, "digest": digest(after), "token": "s:8"});
        serde_json::from_str(&change.to_string()).unwrap()
    }

    #[test]
    fn a_change_leads_to_the_very_text_of_the_server() {
        let before = Served::whole(effective(
            r#"{"b": 1.50,"a":123456789012345678901234567890}"#,
        ));
        // the server writes without blanks; so does what follows from a patch
        let before = before.unwrap();
        let patch = json!([{"op": "add", "path": "/c", "value": 2}]);
        let after = r#"{"b":1.50,"a":123456789012345678901234567890,"c":2}"#;
        let after = before.changed(change(&patch, after)).unwrap();
        assert_eq!(
            (&*after.version, &*after.token, after.is_as(&before)),
            ("v2", "s:8", false)
        );
    }

    #[test]
    fn a_text_of_another_digest_is_astray() {
        let mut wrong = effective("{}");
        wrong.digest = digest("[]");
        assert_eq!(Served::whole(wrong), Err(Astray));
        let before = Served::whole(effective(r#"{"b":1}"#)).unwrap();
        let patch = json!([{"op": "add", "path": "/a", "value": 2}]);
        // the same members, in another order
        let after = change(&patch, r#"{"a":2,"b":1}"#);
        assert_eq!(before.changed(after), Err(Astray));
    }

    #[test]
    fn the_same_content_under_another_name_needs_no_patch() {
        let before = Served::whole(effective(r#"{"b": 1}"#)).unwrap();
        let after = before.changed(change(&json!([]), r#"{"b": 1}"#)).unwrap();
        assert_eq!((&*after.version, &after.text), ("v2", &before.text));
    }

    #[test]
    fn tokens_are_ordered_within_one_log() {
        let served = Served::whole(effective("{}")).unwrap();
        for (token, after) in [("s:6", true), ("s:7", false), ("t:6", false), ("", false)] {
            assert_eq!(served.is_after(token), after, "{token}");
        }
    }
}
