//! Where handlers are entered: the router that answers, or the document that tells of them.
//!
//! One list serves both. What describes a handler is much code, and no program has it: the
//! document is made once, in the tests, and kept in the tree.

use axum::{
    Router,
    handler::Handler,
    routing::{MethodFilter, on},
};
use utoipa::{
    __dev::{SchemaReferences, Tags},
    Path,
    openapi::{Components, OpenApi, path::HttpMethod},
};

use crate::services::Services;

/// Takes handlers, each with what `#[utoipa::path]` says of it.
pub(crate) trait Table: Sized {
    /// Enters a handler under the path and the methods of its description.
    fn enter<D, H, T>(self, handler: H) -> Self
    where
        D: Path + SchemaReferences + for<'a> Tags<'a>,
        H: Handler<T, Services>,
        T: 'static;
}

impl Table for Router<Services> {
    fn enter<D, H, T>(self, handler: H) -> Self
    where
        D: Path + SchemaReferences + for<'a> Tags<'a>,
        H: Handler<T, Services>,
        T: 'static,
    {
        let path = D::path();
        D::methods()
            .iter()
            .map(filter)
            .fold(self, |router, filter| {
                router.route(&path, on(filter, handler.clone()))
            })
    }
}

impl Table for OpenApi {
    fn enter<D, H, T>(mut self, _: H) -> Self
    where
        D: Path + SchemaReferences + for<'a> Tags<'a>,
        H: Handler<T, Services>,
        T: 'static,
    {
        let mut operation = D::operation();
        let tags = D::tags();
        if !tags.is_empty() {
            let all = operation.tags.get_or_insert_default();
            all.extend(tags.into_iter().map(str::to_owned));
        }
        let mut schemas = Vec::new();
        D::schemas(&mut schemas);
        let components = self.components.get_or_insert_with(Components::new);
        components.schemas.extend(schemas);
        self.paths
            .add_path_operation(D::path(), D::methods(), operation);
        self
    }
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
    }
}

/// Enters handlers, each a name or a module and a name, into a [`Table`].
macro_rules! enter {
    ($table:expr $(,)?) => { $table };
    ($table:expr, $module:ident :: $name:ident $(, $($rest:tt)*)?) => {
        pastey::paste! {
            $crate::api::table::enter!(
                $crate::api::table::Table::enter::<$module::[<__path_ $name>], _, _>(
                    $table, $module::$name
                ) $(, $($rest)*)?
            )
        }
    };
    ($table:expr, $name:ident $(, $($rest:tt)*)?) => {
        pastey::paste! {
            $crate::api::table::enter!(
                $crate::api::table::Table::enter::<[<__path_ $name>], _, _>($table, $name)
                $(, $($rest)*)?
            )
        }
    };
}

pub(super) use enter;
