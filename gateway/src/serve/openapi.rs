//! The OpenAPI document: generated from the handlers, kept in the repository, served from there.

mod access;
mod answers;
mod bounds;
mod events;

use serde_json::{Value, json};
use utoipa::{
    OpenApi,
    openapi::{
        PathItem, RefOr, Response,
        extensions::Extensions,
        path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn},
        schema::{AdditionalProperties, Schema},
    },
};
use utoipa_axum::router::OpenApiRouter;
use vortex_rest::{ConfigChange, Effective, FieldViolation, FollowedRollout, Problem};

use crate::{api, spring::TEMPLATES};
use access::Needs;

/// Where the document is served.
pub(crate) const DOCUMENT_PATH: &str = "/api/openapi.json";

/// The document as it is served; a test checks it against the handlers.
pub(crate) const WRITTEN: &str = include_str!("../../openapi.json");

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vortex Config",
        description = "Configuration over REST; each route is a translation of a gRPC call (`x-vortex-rpc`). \
            Where keys are required, its caller needs the role `x-vortex-role`, in a scope that holds what is asked for.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem, FieldViolation, ConfigChange, Effective, FollowedRollout)),
    tags(
        (name = "configs", description = "Documents of applications and profiles"),
        (name = "changes", description = "Change sets"),
        (name = "timeline", description = "What happened"),
        (name = "audit", description = "Who did what, and who was refused what"),
        (name = "configuration", description = "What applications get"),
        (name = "rollouts", description = "Change sets that go out to a growing share of all readers"),
        (name = "heartbeats", description = "What running instances report"),
        (name = "drift", description = "Which instances run what they should"),
        (name = "freezes", description = "Times in which readers get nothing new"),
        (name = "keys", description = "Who may call, and what each may do"),
        (name = "status", description = "How everything stands"),
        (name = "overrides", description = "Values that stand above all documents for a limited time"),
        (name = "sources", description = "Repositories that feed labels"),
        (name = "spring", description = "As Spring Cloud Config Server answers"),
        (name = "process", description = "Health and metrics"),
    )
)]
struct Base;

/// Makes the OpenAPI document of all routes from the handlers. The gateway does not serve this but
/// the copy in the repository.
pub fn document() -> Value {
    let mut document = OpenApiRouter::with_openapi(Base::openapi())
        .merge(api::quick())
        .merge(api::slow())
        .merge(api::endless())
        .into_openapi();
    for template in TEMPLATES {
        let operation = spring_operation(template);
        document
            .paths
            .paths
            .insert(template.to_owned(), get(operation));
    }
    for (path, summary) in PLAIN {
        let operation = OperationBuilder::new()
            .summary(Some(summary))
            .tag("process");
        let operation = operation.response("200", Response::new(summary)).build();
        document.paths.paths.insert(path.to_owned(), get(operation));
    }
    let schemas = document.components.iter_mut();
    for (name, schema) in schemas.flat_map(|components| &mut components.schemas) {
        if let RefOr::T(Schema::Object(schema)) = schema
            && CLOSED.contains(&name.as_str())
        {
            schema.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
    // a document that was made of Rust's types can always be written
    let mut document = serde_json::to_value(document).unwrap_or_default();
    complete(&mut document);
    document
}

/// Parts of requests that are answered, too. Their types skip unknown members, as a client has to;
/// requests with any are refused.
const CLOSED: [&str; 6] = [
    "RolloutStage",
    "RolloutThresholds",
    "RolloutAnalysis",
    "RolloutQuery",
    "RolloutWebhook",
    "KeyGrant",
];

/// Routes of the process itself.
const PLAIN: [(&str, &str); 6] = [
    ("/", "What this is, and where to go from here"),
    ("/health", "What the process says of itself"),
    ("/health/live", "Whether the process answers"),
    ("/health/ready", "Whether the process takes work"),
    ("/metrics", "Metrics in Prometheus' text format"),
    (DOCUMENT_PATH, "This document"),
];

fn get(operation: Operation) -> PathItem {
    PathItem::new(HttpMethod::Get, operation)
}

/// Describes one of Spring's routes by its template, since they have no handlers of their own.
fn spring_operation(template: &str) -> Operation {
    let (summary, query, call) = match template {
        "/{app}/{profiles}" | "/{app}/{profiles}/{label}" => {
            ("Property sources", None, "GetEnvironment")
        }
        "/{app}/{profile}/{label}/{path}" => {
            ("A file as text", Some("resolvePlaceholders"), "GetFile")
        }
        _ => (
            "A configuration in a flat form",
            Some("resolvePlaceholders"),
            "GetEnvironment",
        ),
    };
    let names = template
        .split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next());
    let path = names.map(|name| parameter(name, ParameterIn::Path, true));
    let query = query.map(|name| parameter(name, ParameterIn::Query, false));
    let parameters: Vec<_> = path.chain(query).map(ParameterBuilder::build).collect();
    OperationBuilder::new()
        .tag("spring")
        .summary(Some(summary))
        .parameters(Some(parameters))
        .response("200", Response::new(summary))
        .extensions(Some(Extensions::from_iter([(
            access::CALLS,
            json!([call]),
        )])))
        .build()
}

fn parameter(name: &str, place: ParameterIn, required: bool) -> ParameterBuilder {
    let required = match required {
        true => utoipa::openapi::Required::True,
        false => utoipa::openapi::Required::False,
    };
    let text = utoipa::openapi::schema::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .schema(Some(text))
}

/// Adds what no handler says of itself: who may call, bounds by names, errors, and the events of
/// streams.
fn complete(document: &mut Value) {
    document["components"]["securitySchemes"] = access::schemes();
    let needs = Needs::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete_operation(path, method, operation);
            if let Some(operation) = operation.as_object_mut() {
                needs.add(path, operation);
            }
        }
    }
    let schemas = document.pointer_mut("/components/schemas");
    let schemas = schemas.and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        if !REQUESTS.contains(&name.as_str()) {
            continue;
        }
        let members = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (member, schema) in members.into_iter().flatten() {
            bounds::add(member, schema);
        }
    }
}

/// Bodies of requests, whose members are bounded.
const REQUESTS: [&str; 7] = [
    "NewChange",
    "NewDocument",
    "NewFreeze",
    "NewKey",
    "NewRollout",
    "NewSilence",
    "Approval",
];

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let mut parameters = Vec::new();
    let given = operation.get_mut("parameters");
    let given = given.and_then(Value::as_array_mut);
    for parameter in given.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        // a comma list of profiles
        let bounded = match name.as_str() {
            "profile" if !path.starts_with("/api/configs") => "profiles",
            name => name,
        };
        bounds::add(bounded, &mut parameter["schema"]);
        parameters.push(name);
    }
    let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let events = responses.get_mut("200").and_then(|answer| {
        let content = answer.get_mut("content")?;
        content.get_mut("text/event-stream")
    });
    if let Some(events) = events {
        *events = json!({ "schema": events::of(path) });
    }
    let about = answers::Operation {
        method,
        path,
        parameters,
    };
    about.add(responses);
}
