//! Commands: parameters in the query, in a JSON body, or in both, and the key that makes them safe
//! to repeat.

use axum::{
    RequestExt,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;

use super::{IdempotencyKey, Query, json::OptionalJson};
use crate::problem::Problem;

/// A command.
#[derive(Debug)]
pub(crate) struct Command<T> {
    /// Its parameters. The query takes precedence over the body.
    pub(crate) given: T,
    /// From `Idempotency-Key` or the parameter `request_id`; empty without either.
    pub(crate) request_id: String,
}

/// Parameters of a command, which may stand in the query, in the body, or in both.
/// [`command_parameters!`] defines them.
pub(crate) trait CommandParameters: Default + DeserializeOwned {
    /// Each parameter of `self`, or of `other` where `self` has none.
    #[must_use]
    fn or(self, other: Self) -> Self;

    /// Takes the parameter `request_id` out.
    fn request_id(&mut self) -> Option<String>;
}

/// Defines [`CommandParameters`] with these fields, all of them options, and `request_id`.
macro_rules! command_parameters {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        $visibility struct $name {
            $($(#[$field_meta])* $field: $type,)+
            /// As the header `Idempotency-Key`.
            request_id: Option<String>,
        }

        impl $crate::extract::CommandParameters for $name {
            fn or(self, other: Self) -> Self {
                Self {
                    $($field: self.$field.or(other.$field),)+
                    request_id: self.request_id.or(other.request_id),
                }
            }

            fn request_id(&mut self) -> Option<String> {
                self.request_id.take()
            }
        }
    };
}

pub(crate) use command_parameters;

impl<T, S> FromRequest<S> for Command<T>
where
    T: CommandParameters + Send + 'static,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Problem> {
        let key = request.extract_parts::<IdempotencyKey>().await?;
        let Query(in_query) = request.extract_parts::<Query<T>>().await?;
        let OptionalJson(in_body) = OptionalJson::<T>::from_request(request, state).await?;
        let mut given = in_query.or(in_body.unwrap_or_default());
        let request_id = key.or(given.request_id())?;
        Ok(Self { given, request_id })
    }
}
