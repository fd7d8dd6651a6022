//! Explains where each value of a configuration comes from.

use std::collections::HashMap;

use vortex_kit::error::Fault;
use vortex_proto::config::v1 as pb;
use vortex_spring::{Document, Property};

use super::{Grpc, convert, parse, reads};
use crate::{
    domain::{Basis, Subject, ViewKey, candidates},
    error::too_heavy,
    views::{MAX_ANSWER_BYTES, PropertySource, Reading, TooHeavy, View, json_bytes},
};

pub(super) async fn explain(
    grpc: &Grpc,
    request: pb::ExplainConfigRequest,
) -> Result<pb::ExplainConfigResponse, Fault> {
    let labels = reads::labels(&request.label);
    let key = parse::view(&[request.app], &request.profiles, &labels)?;
    let subject = parse::subject(&request.instance, &request.key)?;
    let state = reads::state(grpc, &key, &request.min_token)?;
    let reading = reads::read(grpc, &state, &key, &subject).await?;
    let view = &reading.view;
    let explained = {
        let (view, path) = (view.clone(), request.path);
        let is_large = view.rendered.is_large();
        let compute = grpc.configuration.compute();
        compute
            .run_if_large(is_large, move |_| values(&view, &path))
            .await?
    };
    Ok(pb::ExplainConfigResponse {
        values: explained.map_err(|heavy| too_heavy(&heavy))?,
        version: view.rendered.version().to_owned(),
        token: convert::token(&grpc.configuration, state.head),
        considered: considered(&key, &view.basis),
        assignments: assignments(&reading, &subject),
    })
}

/// The splits, and how each came to the arm it gave.
fn assignments(reading: &Reading, subject: &Subject<'_>) -> Vec<pb::ExplainedAssignment> {
    let assigned = reading.assigned();
    assigned
        .map(|(split, arm)| pb::ExplainedAssignment {
            assignment: Some(convert::assignment(split, arm)),
            percentage: split.share.percentage(),
            bucket: split.bucket(subject).map(|bucket| bucket.number().into()),
        })
        .collect()
}

/// Lists each key with the highest source's value and the values that it hides. Lists are replaced
/// whole: a lower source's items are hidden by the whole list above them, not item by item.
fn values(view: &View, wanted: &str) -> Result<Vec<pb::ExplainedValue>, TooHeavy> {
    let mut room = Room(MAX_ANSWER_BYTES);
    let mut values: Vec<pb::ExplainedValue> = Vec::new();
    let mut at: HashMap<String, usize> = HashMap::new();
    let mut lists: HashMap<String, (usize, usize)> = HashMap::new();
    for (level, (source, document)) in view.rendered.documents().enumerate() {
        for property in document
            .properties
            .iter()
            .filter(|p| is_below(&p.key, wanted))
        {
            room.take(source, property)?;
            let list = list_of(&property.key);
            let above = list
                .and_then(|list| lists.get(list))
                .filter(|(l, _)| *l != level);
            let holder = at
                .get(&property.key)
                .copied()
                .or(above.map(|(_, index)| *index));
            if let Some(holder) = holder {
                values[holder]
                    .hidden
                    .push(hidden(view, source, document, property));
                continue;
            }
            at.insert(property.key.clone(), values.len());
            if let Some(list) = list {
                lists
                    .entry(list.to_owned())
                    .or_insert((level, values.len()));
            }
            values.push(pb::ExplainedValue {
                key: property.key.clone(),
                value: json_bytes(&property.value),
                origin: Some(origin(view, source, document, property)),
                hidden: Vec::new(),
            });
        }
    }
    values.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(values)
}

/// About how many bytes a value takes in an answer besides its text: lengths, tags, line and
/// column.
const VALUE_OVERHEAD: usize = 24;

/// The bytes that are left for values in an answer.
struct Room(usize);

impl Room {
    fn take(&mut self, source: &PropertySource, property: &Property) -> Result<(), TooHeavy> {
        let value = property.value.as_str().map_or(8, str::len);
        let bytes = VALUE_OVERHEAD + property.key.len() + value + source.path.len();
        self.0 = self.0.checked_sub(bytes).ok_or(TooHeavy {
            what: "the values of the explanation; ask for some of them by path: they",
            limit: MAX_ANSWER_BYTES,
        })?;
        Ok(())
    }
}

fn is_below(key: &str, wanted: &str) -> bool {
    match key.strip_prefix(wanted) {
        Some(rest) => wanted.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']),
        None => false,
    }
}

/// The outermost list that a key is an item of.
fn list_of(key: &str) -> Option<&str> {
    let (list, rest) = key.split_once('[')?;
    let (index, _) = rest.split_once(']')?;
    index.bytes().all(|b| b.is_ascii_digit()).then_some(list)
}

fn hidden(
    view: &View,
    source: &PropertySource,
    document: &Document,
    property: &Property,
) -> pb::HiddenValue {
    pb::HiddenValue {
        value: json_bytes(&property.value),
        origin: Some(origin(view, source, document, property)),
    }
}

fn origin(
    view: &View,
    source: &PropertySource,
    document: &Document,
    property: &Property,
) -> pb::ValueOrigin {
    pb::ValueOrigin {
        path: source.path.clone(),
        document: document.index as u32,
        version: view.basis.version_of(source.part).unwrap_or_default(),
        line: property.origin.line,
        column: property.origin.column,
    }
}

/// The overrides, and the documents that were looked for.
fn considered(key: &ViewKey, basis: &Basis) -> Vec<pb::ConsideredDocument> {
    let overrides = basis.overrides.iter();
    let overrides = overrides.map(|set| pb::ConsideredDocument {
        path: set.path(),
        version: set.id.to_string(),
    });
    let documents = candidates(key).into_iter().map(|path| {
        let found = basis
            .entries
            .iter()
            .find(|entry| entry.path.as_str() == path);
        pb::ConsideredDocument {
            version: found.map_or(String::new(), |entry| entry.version.to_string()),
            path,
        }
    });
    overrides.chain(documents).collect()
}
