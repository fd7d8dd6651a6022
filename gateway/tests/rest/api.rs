//! `/api`: each route asks what it should, and answers in the contract's shape.

mod changes;
mod effective;
mod freezes;
mod keys;
mod overrides;
mod reads;
mod sources;
mod status;
mod timeline;
mod words;
mod writes;

use vortex_proto::config::v1::DocumentRef;

/// The document that most tests are about.
fn document() -> DocumentRef {
    DocumentRef {
        app: "orders".into(),
        profile: "dev".into(),
        label: "main".into(),
    }
}
