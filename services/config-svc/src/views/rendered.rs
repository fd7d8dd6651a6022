//! A configuration that is ready to be sent.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use serde_json::Value;
use vortex_spring::{Document, File, Found, Origin, Property, Source, compose};

use super::{
    Effective,
    linked::Placing,
    weight::{flat_bytes, is_large},
};
use crate::domain::{Basis, BasisEntry, Override, Profile, Sha256, SourceName, ViewKey};

/// A configuration at the state it was last seen to hold.
pub struct View {
    /// The documents it is made of.
    pub basis: Basis,
    /// The forms that are sent.
    pub rendered: Arc<Rendered>,
    environment: OnceLock<EnvironmentTags>,
}

/// The environment's version. It is not part of the rendered forms: a label may move to a commit
/// that changes no property source.
struct EnvironmentTags {
    version: String,
    plain: String,
    with_origins: String,
}

impl View {
    pub(super) fn new(basis: Basis, rendered: Arc<Rendered>) -> Self {
        Self {
            basis,
            rendered,
            environment: OnceLock::new(),
        }
    }

    /// The version of the property sources: the labels' commits if sources feed them, else that of
    /// the merged configuration.
    pub fn environment_version(&self) -> &str {
        &self.tags().version
    }

    /// The ETag of the property sources, with or without origins.
    pub fn environment_etag(&self, origins: bool) -> &str {
        let tags = self.tags();
        if origins {
            &tags.with_origins
        } else {
            &tags.plain
        }
    }

    fn tags(&self) -> &EnvironmentTags {
        self.environment.get_or_init(|| {
            let commits = self.basis.commits();
            let version = commits.unwrap_or_else(|| self.rendered.version().to_owned());
            let plain = format!("{}-{version}", self.rendered.digest());
            EnvironmentTags {
                with_origins: format!("{plain}-origins"),
                plain,
                version,
            }
        })
    }
}

/// The forms in which a configuration is sent; rare ones are rendered on demand.
pub struct Rendered {
    sources: Vec<PropertySource>,
    files: Vec<Arc<File>>,
    properties: OnceLock<Vec<Bytes>>,
    with_origins: OnceLock<Vec<Bytes>>,
    effective: OnceLock<Effective>,
    digest: OnceLock<String>,
    version: String,
    is_linked: bool,
    /// The parts that are documents: those before are overrides, and so is one behind, which a
    /// setting gives.
    of_documents: Range<usize>,
    bytes: usize,
}

/// The forms that are rendered on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The flat keys of each source, and the digest over them.
    Properties,
    /// The flat keys of each source with the place of each value.
    Origins,
    /// The merged configuration.
    Effective,
}

/// One property source, ready to be sent.
#[derive(Debug, Clone)]
pub struct PropertySource {
    /// Its name as Spring gives it.
    pub name: String,
    /// The index of its override or document among the basis' parts.
    pub part: usize,
    /// The document's or the override's path.
    pub path: String,
    at: usize,
}

#[cfg(test)]
impl PropertySource {
    /// The source of a file's first document.
    pub(super) fn at(part: usize, path: &str) -> Self {
        Self {
            name: path.to_owned(),
            part,
            path: path.to_owned(),
            at: 0,
        }
    }
}

impl Rendered {
    /// Of the files of all parts: the overrides', and then the documents'. The values of `fixed` are
    /// above all of them. The order of the
    /// documents' sources is given where documents link to others.
    pub(super) fn new(
        basis: &Basis,
        mut files: Vec<Arc<File>>,
        placing: Option<Placing>,
        fixed: Option<Arc<File>>,
        key: &ViewKey,
        locations: &HashMap<SourceName, String>,
    ) -> Self {
        let profiles: Vec<&str> = key.profiles.iter().map(Profile::as_str).collect();
        let overrides = basis.overrides.iter().enumerate();
        let is_fixed = fixed.is_some();
        let overridden = overrides.map(|(part, set)| overridden(part, set, part == 0 && !is_fixed));
        let fixed_source = is_fixed.then(|| fixed_source(files.len()));
        let mut sources: Vec<_> = fixed_source.into_iter().chain(overridden).collect();
        let is_linked = placing.is_some();
        match placing {
            Some(placing) => sources.extend(placed(basis, &files, &placing, locations)),
            None => sources.extend(composed(basis, &files, &profiles, locations)),
        }
        let of_documents = basis.overrides.len()..files.len();
        files.extend(fixed);
        Self {
            is_linked,
            of_documents,
            bytes: files.iter().map(|file| flat_bytes(file)).sum(),
            sources,
            files,
            properties: OnceLock::new(),
            with_origins: OnceLock::new(),
            effective: OnceLock::new(),
            digest: OnceLock::new(),
            version: crate::domain::effective_version(basis),
        }
    }

    /// Whether documents link to others.
    pub fn is_linked(&self) -> bool {
        self.is_linked
    }

    /// The property sources, highest first.
    pub fn sources(&self) -> &[PropertySource] {
        &self.sources
    }

    /// The flat keys of each source, JSON objects.
    pub fn properties(&self) -> &[Bytes] {
        self.properties.get_or_init(|| {
            let documents = self.documents();
            documents
                .map(|(_, document)| properties_json(document))
                .collect()
        })
    }

    /// The flat keys of each source with the place of each value.
    pub fn with_origins(&self) -> &[Bytes] {
        self.with_origins.get_or_init(|| {
            let documents = self.documents();
            documents
                .map(|(source, document)| {
                    let is_override = !self.of_documents.contains(&source.part);
                    origins_json(source, document, is_override)
                })
                .collect()
        })
    }

    /// The merged configuration.
    pub fn effective(&self) -> &Effective {
        self.effective
            .get_or_init(|| Effective::of(self.documents().map(|(_, document)| &document.tree)))
    }

    /// The version of the merged configuration.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 over the property sources, in hex.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| {
            let parts = self
                .sources
                .iter()
                .zip(self.properties())
                .flat_map(|(source, properties)| [source.name.as_bytes(), properties]);
            Sha256::of_parts(parts).to_string()
        })
    }

    /// The sources with their documents, highest first.
    pub fn documents(&self) -> impl Iterator<Item = (&PropertySource, &Document)> {
        self.sources.iter().filter_map(|source| {
            let document = self.files.get(source.part)?.documents.get(source.at)?;
            Some((source, document))
        })
    }

    /// Whether a part can be taken without blocking: it is ready, or small.
    pub fn is_ready(&self, part: Part) -> bool {
        let is_made = match part {
            Part::Properties => self.digest.get().is_some(),
            Part::Origins => self.with_origins.get().is_some(),
            Part::Effective => self.effective.get().is_some(),
        };
        is_made || !self.is_large()
    }

    pub fn make(&self, part: Part) {
        match part {
            Part::Properties => {
                self.digest();
            }
            Part::Origins => {
                self.with_origins();
            }
            Part::Effective => {
                self.effective();
            }
        }
    }

    /// Whether work on all of it belongs on a compute thread.
    pub fn is_large(&self) -> bool {
        is_large(self.bytes)
    }

    /// About how many bytes it takes once every form is rendered.
    pub(super) fn weight(&self) -> u64 {
        512 + 4 * self.bytes as u64
    }
}

/// The sources of documents that link to no others.
fn composed(
    basis: &Basis,
    files: &[Arc<File>],
    profiles: &[&str],
    locations: &HashMap<SourceName, String>,
) -> Vec<PropertySource> {
    let documents = files.iter().enumerate().skip(basis.overrides.len());
    let mut sources = Vec::new();
    for (entry, (part, file)) in basis.entries.iter().zip(documents) {
        let path = entry.path.as_str();
        let prefix = prefix(basis, entry, locations);
        for source in compose([Found { path, file }], profiles) {
            sources.push(render(part, &prefix, file, &source));
        }
    }
    sources
}

/// The sources in an order that is given.
fn placed(
    basis: &Basis,
    files: &[Arc<File>],
    placing: &Placing,
    locations: &HashMap<SourceName, String>,
) -> Vec<PropertySource> {
    let sources = placing.iter().filter_map(|(part, at)| {
        let entry = basis.entries.get(part - basis.overrides.len())?;
        let file = files.get(*part)?;
        let source = Source {
            path: entry.path.as_str(),
            document: file.documents.get(*at)?,
            is_one_of_several: file.documents.len() > 1,
        };
        let prefix = prefix(basis, entry, locations);
        Some(render(*part, &prefix, file, &source))
    });
    sources.collect()
}

fn prefix(basis: &Basis, entry: &BasisEntry, locations: &HashMap<SourceName, String>) -> String {
    let feed = basis
        .labels
        .get(entry.label)
        .and_then(|label| label.feed.as_ref());
    match feed.and_then(|feed| locations.get(&feed.source)) {
        Some(location) => format!("{}/", location.trim_end_matches('/')),
        None => String::new(),
    }
}

/// The name of the highest override, by which Spring calls what a server puts above all.
const OVERRIDES: &str = "overrides";
/// What Spring says of the origin of values that a setting gives.
const FIXED: &str = "Config server overrides";

/// The source of an override. Names must differ, so a further one has its path.
fn overridden(part: usize, set: &Override, is_first: bool) -> PropertySource {
    let path = set.path();
    PropertySource {
        name: match is_first {
            true => OVERRIDES.to_owned(),
            false => path.clone(),
        },
        part,
        path,
        at: 0,
    }
}

/// The source of what a setting puts above all.
fn fixed_source(part: usize) -> PropertySource {
    PropertySource {
        name: OVERRIDES.to_owned(),
        part,
        path: FIXED.to_owned(),
        at: 0,
    }
}

fn render(part: usize, prefix: &str, file: &File, source: &Source<'_>) -> PropertySource {
    let at = file
        .documents
        .iter()
        .position(|document| std::ptr::eq(document, source.document))
        .unwrap_or_default();
    PropertySource {
        name: format!("{prefix}{source}"),
        part,
        path: source.path.to_owned(),
        at,
    }
}

fn properties_json(document: &Document) -> Bytes {
    object(&document.properties, |json, property| {
        push_json(json, &property.value);
    })
}

/// The values with their places, or with the path of the override that they are of. Of a document,
/// what has no place there was decrypted, and is the value alone, as in Spring.
fn origins_json(source: &PropertySource, document: &Document, is_override: bool) -> Bytes {
    object(&document.properties, |json, property| {
        let has_place = property.origin != Origin::NONE;
        if !has_place && !is_override {
            return push_json(json, &property.value);
        }
        json.extend_from_slice(br#"{"value":"#);
        push_json(json, &property.value);
        json.extend_from_slice(br#","origin":""#);
        match has_place {
            false => json.extend_from_slice(source.path.as_bytes()),
            true => json.extend_from_slice(property.origin.to_string().as_bytes()),
        }
        json.extend_from_slice(br#""}"#);
    })
}

fn object(properties: &[Property], value: impl Fn(&mut Vec<u8>, &Property)) -> Bytes {
    let mut json = Vec::with_capacity(64 * properties.len() + 2);
    json.push(b'{');
    for (index, property) in properties.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        push_json(&mut json, &property.key);
        json.push(b':');
        value(&mut json, property);
    }
    json.push(b'}');
    json.into()
}

#[allow(clippy::expect_used)]
pub(super) fn push_json<T: serde::Serialize + ?Sized>(json: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(json, value)
        .expect("strings and JSON values always serialize, and a Vec takes all bytes");
}

/// A JSON value as bytes.
pub(crate) fn json_bytes(value: &Value) -> Bytes {
    let mut json = Vec::new();
    push_json(&mut json, value);
    json.into()
}
