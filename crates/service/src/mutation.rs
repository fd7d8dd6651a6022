//! The common part of all calls that change something: who asks, the id that tells a repeat, and
//! running to the end.

use prost::Message;
use sha2::{Digest as _, Sha256};
use tonic::{Request, Response, Status};
use vortex_kit::{context::Context, error::Fault, shutdown::Lifecycle};
use vortex_names::RequestId;

/// Who asks for a change, and how a repeat is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requester {
    /// Who was authenticated.
    pub principal: String,
    /// The id they gave.
    pub id: Option<RequestId>,
    /// The hash of all else they ask.
    pub fingerprint: [u8; 32],
}

/// How the name of a call and its request are kept apart in a fingerprint.
///
/// Services store fingerprints: a request that was answered before an upgrade has to match its
/// repeat after it, so each service keeps to what it began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each behind its length, eight bytes, most significant first: config-svc's. What a new
    /// service takes.
    Lengths,
    /// A zero byte between them, as no name of a call has one: rollout-svc's.
    Zero,
}

impl Framing {
    /// Splits a request into what it asks, without the id that `take_id` takes out of it, and who asks.
    ///
    /// # Errors
    /// When the id is not valid.
    pub fn parse<T: Message>(
        self,
        request: Request<T>,
        take_id: impl FnOnce(&mut T) -> String,
    ) -> Result<(T, Requester), Fault> {
        let principal = principal(&request);
        let mut request = request.into_inner();
        let id = request_id(&take_id(&mut request))?;
        let requester = Requester {
            principal,
            id,
            fingerprint: self.fingerprint(&request),
        };
        Ok((request, requester))
    }

    /// The hash that tells a request from others. It covers the call's name, since requests of two
    /// calls may be the same bytes.
    fn fingerprint<T: Message>(self, request: &T) -> [u8; 32] {
        let call = std::any::type_name::<T>().rsplit("::").next();
        let (call, request) = (call.unwrap_or_default(), request.encode_to_vec());
        let hash = match self {
            Self::Lengths => Sha256::new()
                .chain_update((call.len() as u64).to_be_bytes())
                .chain_update(call)
                .chain_update((request.len() as u64).to_be_bytes())
                .chain_update(request),
            Self::Zero => Sha256::new()
                .chain_update(call)
                .chain_update([0])
                .chain_update(request),
        };
        hash.finalize().into()
    }
}

/// Who asks.
pub fn principal<T>(request: &Request<T>) -> String {
    Context::of(request).principal().to_string()
}

/// The request's id, if it has one.
///
/// # Errors
/// When it is not valid.
pub fn request_id(given: &str) -> Result<Option<RequestId>, Fault> {
    if given.is_empty() {
        return Ok(None);
    }
    let parsed = given.parse().map(Some);
    parsed.map_err(|error| Fault::invalid("request_id", format!("{error}")))
}

/// Runs a mutation in a task of its own, so that a caller that goes away does not cut it in the
/// middle.
///
/// # Errors
/// What the mutation fails with, or an internal error when its task was lost.
pub async fn complete<T: Send + 'static>(
    lifecycle: &Lifecycle,
    mutation: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> Result<Response<T>, Status> {
    let done = lifecycle.run_to_completion("mutation", mutation).await;
    let result = done.unwrap_or_else(|lost| Err(Fault::internal(&lost)));
    Ok(Response::new(result?))
}

#[cfg(test)]
mod tests {
    use std::mem;

    use vortex_kit::error::Reason;
    use vortex_proto::rollout::v1::{
        PauseRolloutRequest, ResumeRolloutRequest, StartRolloutRequest,
    };

    use super::*;

    fn start(request_id: &str, rollout: &str) -> Request<StartRolloutRequest> {
        Request::new(StartRolloutRequest {
            id: rollout.to_owned(),
            reason: "of course".to_owned(),
            request_id: request_id.to_owned(),
        })
    }

    fn parsed(framing: Framing, request_id: &str, rollout: &str) -> Requester {
        let take_id = |request: &mut StartRolloutRequest| mem::take(&mut request.request_id);
        let parsed = framing.parse(start(request_id, rollout), take_id);
        parsed.unwrap().1
    }

    #[test]
    fn a_request_differs_from_others_by_all_but_its_id() {
        for framing in [Framing::Lengths, Framing::Zero] {
            let asked = parsed(framing, "a", "r");
            assert_eq!(asked.fingerprint, parsed(framing, "b", "r").fingerprint);
            assert_ne!(asked.fingerprint, parsed(framing, "a", "s").fingerprint);
            assert_eq!(asked.id.unwrap().as_str(), "a");
            assert_eq!(parsed(framing, "", "r").id, None);
        }
    }

    #[test]
    fn the_same_words_to_another_call_are_another_request() {
        let pause = PauseRolloutRequest {
            id: "r".to_owned(),
            ..PauseRolloutRequest::default()
        };
        let resume = ResumeRolloutRequest {
            id: "r".to_owned(),
            ..ResumeRolloutRequest::default()
        };
        assert_eq!(pause.encode_to_vec(), resume.encode_to_vec());
        for framing in [Framing::Lengths, Framing::Zero] {
            assert_ne!(framing.fingerprint(&pause), framing.fingerprint(&resume));
        }
    }

    #[test]
    fn fingerprints_are_those_that_earlier_versions_stored() {
        let hex = |framing| hex::encode(parsed(framing, "a", "r").fingerprint);
        assert_eq!(
            hex(Framing::Lengths),
            "1b33e62d5175566be8ee39d112a4c5a18f6e947dc519f6ea9e18280fa571a339"
        );
        assert_eq!(
            hex(Framing::Zero),
            "c6d17ae9e2a29be8821e8a40342d441de724ae1e080e623537f9cad4dca8bc6e"
        );
    }

    #[test]
    fn an_id_that_is_not_valid_is_refused_by_its_field() {
        for given in ["a b", "ä", &"x".repeat(129)] {
            let fault = request_id(given).unwrap_err();
            assert_eq!(fault.reason(), Reason::InvalidArgument);
            assert_eq!(fault.fields()[0].field, "request_id");
        }
        assert!(request_id(&"x".repeat(128)).unwrap().is_some());
    }

    #[tokio::test]
    async fn a_mutation_is_carried_to_its_end_when_its_caller_goes_away() {
        let lifecycle = Lifecycle::new();
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let (done, ended) = tokio::sync::oneshot::channel::<()>();
        let mutation = async move {
            let _ = gone.await;
            let _ = done.send(());
            Ok(())
        };
        let mut call = Box::pin(complete(&lifecycle, mutation));
        // begun, and left
        assert!(futures::poll!(&mut call).is_pending());
        drop(call);
        go.send(()).unwrap();
        ended.await.unwrap();
    }
}
