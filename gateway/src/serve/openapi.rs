//! The OpenAPI document: generated from the handlers, kept in the repository, served from there.

use utoipa::{
    OpenApi,
    openapi::{
        Content, OpenApi as Document, PathItem, Ref, RefOr, Response, ResponseBuilder,
        path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn},
        schema::{AdditionalProperties, Schema},
    },
};
use utoipa_axum::router::OpenApiRouter;
use vortex_rest::{FieldViolation, Problem};

use crate::{api, spring::TEMPLATES};

/// Where the document is served.
pub(crate) const DOCUMENT_PATH: &str = "/api/openapi.json";

/// The document as it is served; a test checks it against the handlers.
pub(crate) const WRITTEN: &str = include_str!("../../openapi.json");

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vortex Config",
        description = "Configuration over REST; each route is a translation of a gRPC call.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem, FieldViolation)),
    tags(
        (name = "configs", description = "Documents of applications and profiles"),
        (name = "changes", description = "Change sets"),
        (name = "timeline", description = "What happened"),
        (name = "configuration", description = "What applications get"),
        (name = "rollouts", description = "Change sets that go out to a growing share of all readers"),
        (name = "freezes", description = "Times in which readers get nothing new"),
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
pub fn document() -> Document {
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
    document.paths.paths.values_mut().for_each(add_problem);
    let schemas = document.components.iter_mut();
    for (name, schema) in schemas.flat_map(|components| &mut components.schemas) {
        if let RefOr::T(Schema::Object(schema)) = schema
            && CLOSED.contains(&name.as_str())
        {
            schema.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
    document
}

/// Parts of requests that are answered, too. Their types skip unknown members, as a client has to;
/// requests with any are refused.
const CLOSED: [&str; 3] = ["RolloutStage", "RolloutThresholds", "RolloutAnalysis"];

/// Routes of the process itself.
const PLAIN: [(&str, &str); 5] = [
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
    let (summary, query) = match template {
        "/{app}/{profiles}" | "/{app}/{profiles}/{label}" => ("Property sources", None),
        "/{app}/{profile}/{label}/{path}" => ("A file as text", Some("resolvePlaceholders")),
        _ => (
            "A configuration in a flat form",
            Some("resolvePlaceholders"),
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

/// Every operation may answer with a problem.
fn add_problem(item: &mut PathItem) {
    let operations = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
    ];
    for operation in operations.into_iter().flatten() {
        let responses = &mut operation.responses.responses;
        responses.insert("default".to_owned(), RefOr::T(problem()));
    }
}

fn problem() -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    ResponseBuilder::new()
        .description("An error")
        .content("application/problem+json", Content::new(Some(schema)))
        .build()
}
