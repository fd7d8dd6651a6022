//! Explains where each value of a configuration comes from.

use vortex_kit::error::Fault;
use vortex_proto::config::v1 as pb;

use super::{Grpc, convert, parse, reads};
use crate::{
    domain::{Basis, Subject, ViewKey, candidates},
    error::too_heavy,
    views::{PlacedValue, Reading, TooHeavy, View, json_bytes},
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
            assignment: Some(convert::assignment(split, arm, split.is_forced(subject))),
            percentage: split.share.percentage(),
            bucket: split.bucket(subject).map(|bucket| bucket.number().into()),
        })
        .collect()
}

/// The values as they are sent.
fn values(view: &View, wanted: &str) -> Result<Vec<pb::ExplainedValue>, TooHeavy> {
    let explained = view.rendered.explain(wanted)?;
    let values = explained.iter().map(|value| pb::ExplainedValue {
        key: value.in_force.property.key.clone(),
        value: json_bytes(&value.in_force.property.value),
        origin: Some(origin(view, &value.in_force)),
        hidden: value.hidden.iter().map(|it| hidden(view, it)).collect(),
    });
    Ok(values.collect())
}

fn hidden(view: &View, hidden: &PlacedValue<'_>) -> pb::HiddenValue {
    pb::HiddenValue {
        value: json_bytes(&hidden.property.value),
        origin: Some(origin(view, hidden)),
    }
}

fn origin(view: &View, value: &PlacedValue<'_>) -> pb::ValueOrigin {
    pb::ValueOrigin {
        path: value.source.path.clone(),
        document: value.document.index as u32,
        version: view.basis.version_of(value.source.part).unwrap_or_default(),
        line: value.property.origin.line,
        column: value.property.origin.column,
    }
}

/// The overrides, and the documents that were looked for.
fn considered(key: &ViewKey, basis: &Basis) -> Vec<pb::ConsideredDocument> {
    let overrides = basis.overrides.iter();
    let overrides = overrides.map(|set| pb::ConsideredDocument {
        path: set.path(),
        version: set.id.to_string(),
    });
    let candidates = candidates(key);
    // imported, or found in a folder that is searched
    let others = basis.entries.iter().filter(|entry| {
        let path = entry.path.as_str();
        !candidates.iter().any(|candidate| candidate == path)
    });
    let others: Vec<_> = others
        .map(|entry| pb::ConsideredDocument {
            path: entry.path.to_string(),
            version: entry.version.to_string(),
        })
        .collect();
    let documents = candidates.into_iter().map(|path| {
        let found = basis
            .entries
            .iter()
            .find(|entry| entry.path.as_str() == path);
        pb::ConsideredDocument {
            version: found.map_or(String::new(), |entry| entry.version.to_string()),
            path,
        }
    });
    overrides.chain(others).chain(documents).collect()
}
