//! Contains a panic to the request that caused it.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::response::IntoResponse;
use futures::FutureExt;
use vortex_kit::error::Fault;

use super::{Answered, template::Template};
use crate::problem::Problem;

/// The message of a handler's panic.
#[derive(Debug, thiserror::Error)]
#[error("handler panicked: {0}")]
struct Panicked(String);

/// Runs `answer`, and answers with an internal error if it panics.
pub(super) async fn caught(answer: impl Future<Output = Answered>) -> Answered {
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(answered) => answered,
        Err(panic) => {
            let fault = Fault::internal(&Panicked(message(&*panic)));
            (Problem(fault).into_response(), Template::UNMATCHED)
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_internal_error_and_says_no_more() {
        let (response, _) = caught(async { panic!("secret") }).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 4096)
            .await
            .unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }
}
