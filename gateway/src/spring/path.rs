//! Parses a Spring path. The forms overlap too much for a router, so they are told apart here by
//! the number of segments and the extension of the last.

use std::borrow::Cow;

use vortex_kit::error::{Fault, Reason};
use vortex_names::is_reserved;

use super::{
    form::Form,
    segment::{decode, decode_name, list, refuse_escapes},
};

/// The routes' templates, as metrics and the OpenAPI document have them.
pub(crate) const TEMPLATES: [&str; 11] = [
    "/{app}/{profiles}",
    "/{app}/{profiles}/{label}",
    "/{app}-{profiles}.yml",
    "/{app}-{profiles}.yaml",
    "/{app}-{profiles}.json",
    "/{app}-{profiles}.properties",
    "/{label}/{app}-{profiles}.yml",
    "/{label}/{app}-{profiles}.yaml",
    "/{label}/{app}-{profiles}.json",
    "/{label}/{app}-{profiles}.properties",
    "/{app}/{profile}/{label}/{path}",
];

/// Limit of a path, in bytes. Nothing has a longer one.
const MAX_BYTES: usize = 4096;

/// A parsed path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SpringPath<'a> {
    /// `/{app}/{profiles}[/{label}]`
    Environment(View<'a>),
    /// `/[{label}/]{app}-{profiles}.{form}`
    Flat(View<'a>, Form),
    /// `/{app}/{profile}/{label}/{path}`
    File(View<'a>, Cow<'a, str>),
}

/// The configuration that a path asks for. Each part may be a comma list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct View<'a> {
    pub(crate) app: Cow<'a, str>,
    pub(crate) profiles: Cow<'a, str>,
    pub(crate) label: Option<Cow<'a, str>>,
}

impl<'a> SpringPath<'a> {
    /// Parses a path as it stood in the request line, from its leading slash on.
    pub(crate) fn parse(raw: &'a str) -> Result<Self, Fault> {
        if raw.len() > MAX_BYTES {
            return Err(Fault::invalid("path", format!("is over {MAX_BYTES} bytes")));
        }
        let segments = raw.strip_prefix('/').ok_or_else(no_such_path)?;
        let mut parts = segments.splitn(4, '/');
        let first = parts.next().unwrap_or_default();
        if is_reserved(&decode(first)?) {
            return Err(no_such_path());
        }
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::flat(None, first),
            (Some(second), None, _) => match Form::of(second) {
                Some(_) => Self::flat(Some(first), second),
                None => Ok(Self::Environment(View::parse(first, second, None)?)),
            },
            (Some(profiles), Some(label), None) => {
                let view = View::parse(first, profiles, Some(label))?;
                Ok(Self::Environment(view))
            }
            (Some(profiles), Some(label), Some(path)) => Ok(Self::File(
                View::parse(first, profiles, Some(label))?,
                file(path)?,
            )),
        }
    }

    /// The route's template, for metrics and logs.
    pub(crate) fn template(&self) -> &'static str {
        match self {
            Self::Environment(View { label: None, .. }) => "/{app}/{profiles}",
            Self::Environment(_) => "/{app}/{profiles}/{label}",
            Self::Flat(View { label: None, .. }, form) => form.template(),
            Self::Flat(_, form) => form.template_with_label(),
            Self::File(..) => "/{app}/{profile}/{label}/{path}",
        }
    }

    fn flat(label: Option<&'a str>, name: &'a str) -> Result<Self, Fault> {
        let form = Form::of(name).ok_or_else(no_such_path)?;
        let stem = &name[..name.len() - form.extension().len()];
        let (app, profiles) = stem.rsplit_once('-').ok_or_else(no_such_path)?;
        Ok(Self::Flat(View::parse(app, profiles, label)?, form))
    }
}

impl<'a> View<'a> {
    fn parse(app: &'a str, profiles: &'a str, label: Option<&'a str>) -> Result<Self, Fault> {
        Ok(Self {
            app: name(app)?,
            profiles: name(profiles)?,
            label: label.map(name).transpose()?,
        })
    }

    /// The view in a request to config-svc.
    pub(crate) fn to_proto(&self) -> vortex_proto::config::v1::View {
        vortex_proto::config::v1::View {
            apps: list(&self.app),
            profiles: list(&self.profiles),
            labels: self.label.as_deref().map(list).unwrap_or_default(),
        }
    }
}

/// The fault for a path without a route. Spring's clients take it as "not here" and go on.
pub(crate) fn no_such_path() -> Fault {
    Fault::new(Reason::NotFound, "there is nothing at this path")
}

fn name(raw: &str) -> Result<Cow<'_, str>, Fault> {
    let text = decode_name(raw)?;
    // a comma alone would be a list of nothing, which asks for a default nobody named
    match text.split(',').all(str::is_empty) {
        true => Err(no_such_path()),
        false => Ok(text),
    }
}

fn file(raw: &str) -> Result<Cow<'_, str>, Fault> {
    let path = decode(raw)?;
    refuse_escapes(&path)?;
    match path.is_empty() || path.ends_with('/') {
        true => Err(no_such_path()),
        false => Ok(path),
    }
}

#[cfg(test)]
mod tests;
