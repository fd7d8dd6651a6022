//! Commands that are given in the query, in a JSON body, or in both.

use axum::{
    RequestExt,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;

use super::{Query, json::OptionalJson};
use crate::problem::Problem;

/// A command; what the query says beats the body.
#[derive(Debug)]
pub(crate) struct Command<T>(pub(crate) T);

/// What may be given twice.
pub(crate) trait Or {
    /// What this says, and else what the other does.
    #[must_use]
    fn or(self, other: Self) -> Self;
}

impl<T, S> FromRequest<S> for Command<T>
where
    T: DeserializeOwned + Default + Or + Send + 'static,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Problem> {
        let Query(in_query) = request.extract_parts::<Query<T>>().await?;
        let OptionalJson(in_body) = OptionalJson::<T>::from_request(request, state).await?;
        Ok(Self(in_query.or(in_body.unwrap_or_default())))
    }
}
