//! Checks that a notification is of who knows the secret, as each Git host shows it.

use http::HeaderMap;
use ring::hmac;
use vortex_kit::error::{Fault, Reason};

/// The headers with an HMAC-SHA256 of the body in hex, and what is before it there: GitHub's, which
/// Gitea and Forgejo send too; Bitbucket's; Gitea's own; that of Gogs.
const SIGNED: [(&str, &str); 4] = [
    ("x-hub-signature-256", "sha256="),
    ("x-hub-signature", "sha256="),
    ("x-gitea-signature", ""),
    ("x-gogs-signature", ""),
];
/// GitLab sends the secret itself.
const TOKEN: &str = "x-gitlab-token";

/// Fails with `UNAUTHENTICATED` unless the body is signed with the secret.
pub(super) fn verify(secret: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), Fault> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_signed = SIGNED.iter().any(|(name, before)| {
        let tag = text(name).and_then(|value| value.strip_prefix(before));
        let tag = tag.and_then(|tag| hex::decode(tag).ok());
        tag.is_some_and(|tag| hmac::verify(&key, body, &tag).is_ok())
    });
    let knows = text(TOKEN).is_some_and(|token| same(&key, token, secret));
    if is_signed || knows {
        return Ok(());
    }
    let shows = SIGNED.iter().map(|(name, _)| *name).chain([TOKEN]);
    let message = match shows.into_iter().any(|name| headers.contains_key(name)) {
        true => "the notification is not signed with this gateway's webhook secret",
        false => "the notification has no signature, which this gateway asks for",
    };
    Err(Fault::new(Reason::Unauthenticated, message))
}

/// Whether two texts are the same, in a time that does not say how far.
fn same(key: &hmac::Key, given: &str, secret: &str) -> bool {
    let tag = hmac::sign(key, given.as_bytes());
    hmac::verify(key, secret.as_bytes(), tag.as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `openssl dgst -sha256 -hmac "It's a Secret to Everybody"`, from GitHub's documentation.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const TAG: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn verified(name: &'static str, value: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        verify(SECRET, &headers, BODY).is_ok()
    }

    #[test]
    fn each_host_shows_that_it_knows_the_secret_in_its_own_way() {
        let hub = format!("sha256={TAG}");
        for (name, value) in [
            ("x-hub-signature-256", hub.as_str()),
            ("x-hub-signature", hub.as_str()),
            ("x-gitea-signature", TAG),
            ("x-gogs-signature", TAG),
            ("x-gitlab-token", SECRET),
        ] {
            assert!(verified(name, value), "{name}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let other = format!("sha256={}", "0".repeat(64));
        for (name, value) in [
            ("x-hub-signature-256", other.as_str()),
            ("x-hub-signature-256", TAG),
            ("x-hub-signature", "sha1=00"),
            ("x-gitea-signature", ""),
            ("x-gitlab-token", "It's"),
            ("x-gitlab-token", ""),
            ("x-other", "sha256=00"),
        ] {
            assert!(!verified(name, value), "{name}: {value}");
        }
        let fault = verify(SECRET, &HeaderMap::new(), BODY).unwrap_err();
        assert!(fault.message().contains("no signature"));
    }
}
