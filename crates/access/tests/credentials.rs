//! Where a credential may stand, and what is refused there.

#![allow(clippy::unwrap_used)] // all of this is test code

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use vortex_access::{
    ApiKey, Credential, InvalidCredential, InvalidKey, MAX_CREDENTIAL, Place, Presented, credential,
};

const JWT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";

fn key() -> String {
    ApiKey::from_random([7; 10], [7; 32]).expose().to_owned()
}

fn other_key() -> String {
    ApiKey::from_random([7; 10], [8; 32]).expose().to_owned()
}

fn basic(user_and_password: &str) -> String {
    format!("Basic {}", STANDARD.encode(user_and_password))
}

/// What is found, as text: a header's place, then its value.
fn found(given: &[(Place, &str)]) -> Result<Option<String>, InvalidCredential> {
    let of = |wanted: &[Place]| {
        let values = given.iter().filter(|(place, _)| wanted.contains(place));
        values.map(|(_, value)| *value).collect::<Vec<_>>()
    };
    fn bytes<'a>(values: &[&'a str]) -> Vec<&'a [u8]> {
        values.iter().map(|value| value.as_bytes()).collect()
    }
    let presented = credential(Presented {
        api_key: &bytes(&of(&[Place::ApiKey])),
        authorization: &bytes(&of(&[Place::Authorization, Place::Basic])),
        token: &of(&[Place::Query]),
        subprotocols: &bytes(&of(&[Place::Subprotocol])),
    })?;
    Ok(presented.map(|credential| match credential {
        Credential::Key(key) => key.expose().to_owned(),
        Credential::Jwt(token) => token.expose().to_owned(),
    }))
}

#[test]
fn a_credential_is_found_wherever_it_may_stand() {
    let key = key();
    for (place, value, expected) in [
        (Place::ApiKey, key.clone(), &*key),
        (Place::ApiKey, format!("  {key}\t"), &key),
        (Place::Authorization, format!("Bearer {key}"), &key),
        (Place::Authorization, format!("bearer   {key} "), &key),
        (Place::Authorization, format!("BEARER {JWT}"), JWT),
        (Place::Authorization, basic(&format!("user:{key}")), &key),
        (Place::Authorization, basic(&format!(":{key}")), &key),
        (Place::Authorization, basic(&format!("zoë:{key}")), &key),
        (
            Place::Authorization,
            basic(&format!("u:{key}")).replace('=', ""),
            &key,
        ),
        (Place::Query, key.clone(), &key),
        (Place::Query, JWT.to_owned(), JWT),
        (Place::Subprotocol, format!("bearer.{key}"), &key),
        (
            Place::Subprotocol,
            format!("vortex.v1, bearer.{JWT} ,x"),
            JWT,
        ),
    ] {
        assert_eq!(
            found(&[(place, &value)]),
            Ok(Some(expected.to_owned())),
            "{place} {value}"
        );
    }
}

#[test]
fn a_request_without_one_has_none() {
    assert_eq!(found(&[]), Ok(None));
    assert_eq!(
        found(&[(Place::Subprotocol, "vortex.v1, graphql")]),
        Ok(None)
    );
}

#[test]
fn the_same_credential_may_stand_twice_and_two_different_ones_may_not() {
    let (key, other) = (key(), other_key());
    let bearer = format!("Bearer {key}");
    let same = [
        (Place::ApiKey, &*key),
        (Place::ApiKey, &key),
        (Place::Authorization, &bearer),
        (Place::Basic, &basic(&format!("u:{key}"))),
        (Place::Query, &key),
        (Place::Subprotocol, &format!("bearer.{key}, bearer.{key}")),
    ];
    assert_eq!(found(&same), Ok(Some(key.clone())));
    for (second, value) in [
        (Place::ApiKey, other.clone()),
        (Place::Authorization, format!("Bearer {other}")),
        (Place::Authorization, format!("Bearer {JWT}")),
        (Place::Query, other.clone()),
        (Place::Subprotocol, format!("bearer.{other}")),
    ] {
        let conflict = InvalidCredential::Conflict(Place::ApiKey, second);
        assert_eq!(
            found(&[(Place::ApiKey, &key), (second, &value)]),
            Err(conflict)
        );
    }
    let two = format!("bearer.{key},bearer.{other}");
    let conflict = InvalidCredential::Conflict(Place::Subprotocol, Place::Subprotocol);
    assert_eq!(found(&[(Place::Subprotocol, &two)]), Err(conflict));
}

#[test]
fn what_is_not_a_credential_is_an_error_that_says_what_is_expected() {
    use InvalidCredential as E;
    let key = key();
    let long = "x".repeat(MAX_CREDENTIAL + 1);
    let huge = "x".repeat(1 << 20);
    let typo = key.replacen("vx_0", "vx_1", 1);
    for (place, value, expected) in [
        (Place::ApiKey, "", E::Empty(Place::ApiKey)),
        (Place::ApiKey, " ", E::Empty(Place::ApiKey)),
        (Place::ApiKey, JWT, E::Key(Place::ApiKey, InvalidKey::Shape)),
        (
            Place::ApiKey,
            &typo,
            E::Key(Place::ApiKey, InvalidKey::Typo),
        ),
        (Place::ApiKey, "é", E::NotText(Place::ApiKey)),
        (Place::ApiKey, &huge, E::TooLong(Place::ApiKey)),
        (Place::Authorization, "", E::Scheme),
        (Place::Authorization, &key, E::Scheme),
        (Place::Authorization, "Digest username=\"a\"", E::Scheme),
        (Place::Authorization, "Negotiate YII", E::Scheme),
        (
            Place::Authorization,
            "Bearer",
            E::Empty(Place::Authorization),
        ),
        (
            Place::Authorization,
            "Bearer ",
            E::Empty(Place::Authorization),
        ),
        (
            Place::Authorization,
            "Bearer a.b",
            E::Key(Place::Authorization, InvalidKey::Shape),
        ),
        (
            Place::Authorization,
            "Bearer a.b.c.d.e",
            E::Key(Place::Authorization, InvalidKey::Shape),
        ),
        (
            Place::Authorization,
            "Bearer a.b c.d",
            E::Key(Place::Authorization, InvalidKey::Shape),
        ),
        (Place::Authorization, "Basic", E::Basic),
        (Place::Authorization, "Basic ?", E::Basic),
        (Place::Authorization, &basic("no colon"), E::Basic),
        (
            Place::Authorization,
            &basic("user:"),
            E::Empty(Place::Basic),
        ),
        (
            Place::Authorization,
            &basic("user:pass"),
            E::Key(Place::Basic, InvalidKey::Shape),
        ),
        (
            Place::Authorization,
            &basic(&format!("u:{typo}")),
            E::Key(Place::Basic, InvalidKey::Typo),
        ),
        (Place::Query, "", E::Empty(Place::Query)),
        (Place::Query, &long, E::TooLong(Place::Query)),
        (Place::Query, "abc", E::Key(Place::Query, InvalidKey::Shape)),
        (Place::Subprotocol, "bearer.", E::Empty(Place::Subprotocol)),
        (
            Place::Subprotocol,
            "bearer.abc",
            E::Key(Place::Subprotocol, InvalidKey::Shape),
        ),
    ] {
        assert_eq!(
            found(&[(place, value)]),
            Err(expected),
            "{place} {:.40}",
            value
        );
    }
}

#[test]
fn a_token_as_long_as_allowed_is_taken() {
    let token = format!("a.b.{}", "c".repeat(MAX_CREDENTIAL - 4));
    assert_eq!(found(&[(Place::Query, &token)]), Ok(Some(token.clone())));
}

#[test]
fn a_token_is_never_shown() {
    let token = [JWT];
    let presented = Presented {
        token: &token,
        ..Presented::default()
    };
    let shown = format!("{:?}", credential(presented).unwrap());
    assert_eq!(shown, "Some(Jwt(Token(41 bytes)))");
}

proptest! {
    #[test]
    fn no_header_is_a_panic_and_no_error_repeats_it(
        api_key in proptest::collection::vec(any::<u8>(), 0..60),
        authorization in "(Bearer|Basic|basic|[A-Z]{1,6})? ?[A-Za-z0-9+/=._-]{8,80}",
        token in "\\PC{8,60}",
        subprotocol in "(bearer\\.)?[a-z0-9., ]{8,60}",
    ) {
        let presented = Presented {
            api_key: &[&api_key],
            authorization: &[authorization.as_bytes()],
            token: &[&token],
            subprotocols: &[subprotocol.as_bytes()],
        };
        let alone = [
            Presented { api_key: presented.api_key, ..Presented::default() },
            Presented { authorization: presented.authorization, ..Presented::default() },
            Presented { token: presented.token, ..Presented::default() },
            Presented { subprotocols: presented.subprotocols, ..Presented::default() },
            presented,
        ];
        for presented in alone {
            if let Err(error) = credential(presented) {
                let shown = format!("{error} {error:?}");
                prop_assert!(shown.len() < 300);
                let rest = authorization.split_once(' ').map_or(&*authorization, |(_, rest)| rest);
                prop_assert!(rest.len() < 8 || !shown.contains(rest));
                prop_assert!(!shown.contains(&token));
            }
        }
    }
}
