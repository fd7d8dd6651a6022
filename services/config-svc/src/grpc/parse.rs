//! Parses requests into domain types.

mod put;

pub(super) use put::{Put, delete, put};
pub(super) use vortex_service::parse::reason;

use jiff::Timestamp;
use prost::Message;
use tonic::Request;
use vortex_kit::{
    error::{Fault, Reason},
    grpc::bounds,
};
use vortex_proto::config::v1 as pb;
use vortex_service::{
    mutation::{self, Framing},
    parse,
};

use crate::{
    configuration::Configuration,
    domain::{
        App, AppProfile, Baseline, DocumentKey, Label, MediaType, Path, Precondition, Profile,
        Relevance, Request as Requester, RequestKey, Seq, Sha256, Subject, Token, VersionName,
        ViewKey,
    },
    error::{invalid_name, invalid_token},
};

/// Applications a view may have.
const MAX_APPS: usize = 10;
/// Profiles a view may have.
const MAX_PROFILES: usize = 32;
/// Labels a view may have.
const MAX_LABELS: usize = 10;
/// Bytes of an instance or a key.
const MAX_KEY: usize = 256;
/// Bytes of a message or an author.
const MAX_TEXT: usize = 4096;

/// The document a request means.
pub(super) fn document(document: Option<pb::DocumentRef>) -> Result<DocumentKey, Fault> {
    let document = document.unwrap_or_default();
    let written_for = AppProfile {
        app: document.app.parse().map_err(|e| invalid_name(&e))?,
        profile: profile(&document.profile)?,
    };
    Ok(DocumentKey {
        label: label(&document.label)?,
        written_for,
    })
}

pub(super) fn label(given: &str) -> Result<Label, Fault> {
    Configuration::label_or_main(given).map_err(|e| invalid_name(&e))
}

pub(super) fn writable_label(given: &str) -> Result<Label, Fault> {
    let label = label(given)?;
    label.check_writable().map_err(|e| invalid_name(&e))?;
    Ok(label)
}

fn profile(given: &str) -> Result<Profile, Fault> {
    if given.is_empty() {
        Ok(Profile::default_profile())
    } else {
        given.parse().map_err(|e| invalid_name(&e))
    }
}

pub(super) fn version(given: &str) -> Result<Option<VersionName>, Fault> {
    optional(given, |given| given.parse().map_err(|e| invalid_name(&e)))
}

pub(super) fn required_version(given: &str) -> Result<VersionName, Fault> {
    given.parse().map_err(|e| invalid_name(&e))
}

pub(super) fn path(given: &str) -> Result<Path, Fault> {
    given.parse().map_err(|e| invalid_name(&e))
}

pub(super) fn optional_path(given: &str) -> Result<Option<Path>, Fault> {
    optional(given, path)
}

pub(super) fn token(field: &'static str, given: &str) -> Result<Option<Token>, Fault> {
    optional(given, |given| {
        given.parse().map_err(|e| invalid_token(field, &e))
    })
}

pub(super) fn media_type(given: &str) -> Result<Option<MediaType>, Fault> {
    optional(given, |given| {
        MediaType::from_mime(given).ok_or_else(|| {
            Fault::new(
                Reason::UnsupportedFormat,
                format!(
                    "media type {given:?} is not supported; send application/yaml, \
                     application/json or text/x-java-properties"
                ),
            )
            .field("media_type", "not supported")
        })
    })
}

/// The precondition in `if_match` and `if_none_match`.
pub(super) fn precondition(
    if_match: &str,
    if_none_match: &str,
) -> Result<Option<Precondition>, Fault> {
    match (if_match.trim(), if_none_match.trim()) {
        ("", "") => Ok(None),
        ("*", "") => Ok(Some(Precondition::Exists)),
        (digest, "") => digest_of(digest).map(|d| Some(Precondition::Digest(d))),
        ("", "*") => Ok(Some(Precondition::Missing)),
        ("", _) => Err(Fault::invalid("if_none_match", "only * is allowed")),
        _ => Err(Fault::invalid(
            "if_match",
            "it can't be given together with if_none_match",
        )),
    }
}

fn digest_of(given: &str) -> Result<Sha256, Fault> {
    let bare = given.trim_matches('"');
    let mut digest = [0; 32];
    hex::decode_to_slice(bare, &mut digest).map_err(|_| {
        Fault::new(
            Reason::PreconditionFailed,
            format!("{given:?} is not the digest of a version, so no version matches"),
        )
        .precondition("etag", "if_match", "not a SHA-256 in hex")
    })?;
    Ok(Sha256(digest))
}

/// Splits a mutation into the request and its requester. `take_id` takes the request id out, so
/// that the rest can be compared when it is repeated.
pub(super) fn mutation<T: Message>(
    request: Request<T>,
    take_id: impl FnOnce(&mut T) -> String,
) -> Result<(T, Requester), Fault> {
    let (request, asked) = Framing::Lengths.parse(request, take_id)?;
    let body = Sha256(asked.fingerprint);
    let requester = Requester {
        principal: asked.principal,
        key: asked.id.map(|id| RequestKey { id, body }),
    };
    Ok((request, requester))
}

/// The requester of a mutation without a request id.
pub(super) fn requester<T>(request: &Request<T>) -> Requester {
    Requester {
        principal: mutation::principal(request),
        key: None,
    }
}

pub(super) fn text(field: &'static str, given: String) -> Result<String, Fault> {
    parse::text(field, given, MAX_TEXT)
}

/// A time that is left out, or given.
pub(super) fn time(
    field: &'static str,
    given: Option<prost_types::Timestamp>,
) -> Result<Option<Timestamp>, Fault> {
    let Some(given) = given else { return Ok(None) };
    let time = vortex_proto::time::from_timestamp(given);
    time.map(Some)
        .ok_or_else(|| Fault::invalid(field, "it is out of range"))
}

/// What an application reads, if one is given.
pub(super) fn relevance(app: &str, given: &str) -> Result<Option<Relevance>, Fault> {
    if app.is_empty() && !given.is_empty() {
        return Err(Fault::invalid("profile", "it needs app as well"));
    }
    let app = optional(app, |app| app.parse().map_err(|e| invalid_name(&e)))?;
    let profile = optional(given, profile)?;
    Ok(app.map(|app| Relevance::of(&app, profile.as_ref())))
}

/// The baseline that a split must begin on.
pub(super) fn baseline(given: pb::SplitBaseline) -> Baseline {
    let stable = |seq| (seq != 0).then_some(Seq(seq));
    Baseline(given.sequences.into_iter().map(stable).collect())
}

/// The reader. An empty field counts as absent.
pub(super) fn subject<'a>(instance: &'a str, key: &'a str) -> Result<Subject<'a>, Fault> {
    bounds::bytes("instance", instance, MAX_KEY)?;
    bounds::bytes("key", key, MAX_KEY)?;
    let said = |given: &'a str| Some(given).filter(|given| !given.is_empty());
    Ok(Subject {
        instance: said(instance),
        key: said(key),
    })
}

pub(super) fn view(
    apps: &[String],
    profiles: &[String],
    labels: &[String],
) -> Result<ViewKey, Fault> {
    bounds::items("apps", apps.len(), MAX_APPS)?;
    bounds::items("profiles", profiles.len(), MAX_PROFILES)?;
    bounds::items("labels", labels.len(), MAX_LABELS)?;
    let apps: Vec<App> = parse_all(apps)?;
    if apps.is_empty() {
        return Err(Fault::invalid("app", "it must not be empty"));
    }
    let mut profiles: Vec<Profile> = parse_all(profiles)?;
    if profiles.is_empty() {
        profiles.push(Profile::default_profile());
    }
    let labels = if labels.is_empty() {
        vec![Label::main()]
    } else {
        labels
            .iter()
            .map(|given| label(given))
            .collect::<Result<_, _>>()?
    };
    Ok(ViewKey {
        apps,
        profiles,
        labels,
    })
}

fn parse_all<T>(given: &[String]) -> Result<Vec<T>, Fault>
where
    T: std::str::FromStr<Err = crate::domain::InvalidName>,
{
    given
        .iter()
        .map(|name| name.parse().map_err(|e| invalid_name(&e)))
        .collect()
}

fn optional<T>(
    given: &str,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    if given.is_empty() {
        Ok(None)
    } else {
        parse(given).map(Some)
    }
}
