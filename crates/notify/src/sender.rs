//! Sends requests to a sink.

use std::{error::Error, time::Duration};

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{
    Response,
    header::{HeaderMap, RETRY_AFTER},
    redirect::Policy,
};
use rustls::ClientConfig;
use tokio::time::timeout;
use url::Url;

use crate::{Event, attempts::Answer, delivery::Delivery, settings::Sink};

/// Bytes of an answer that are read so that the connection can be used again. What they say is no
/// matter, and is not logged: it may repeat the URL, which may be a secret.
const READ: usize = 64 << 10;

/// A client for one sink, over TLS as `config` has it. It follows no redirects.
pub(crate) fn client(url: &Url, config: ClientConfig) -> reqwest::Result<reqwest::Client> {
    let client = reqwest::Client::builder()
        .user_agent(concat!("vortex/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(config)
        .redirect(Policy::none());
    match url.scheme() {
        // this machine is not behind a proxy
        "http" => client.no_proxy().build(),
        _ => client.build(),
    }
}

/// Sends an event once. Cancel safe, though the sink may have the event then.
pub(crate) async fn send(sink: &Sink, event: &Event, now: Timestamp, deadline: Duration) -> Answer {
    let delivery = match Delivery::new(sink, event, now) {
        Ok(delivery) => delivery,
        Err(_) => return Answer::Refused(reqwest::StatusCode::BAD_REQUEST),
    };
    match timeout(deadline, ask(sink, delivery, now)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => failed(innermost(&error)),
        Err(_elapsed) => failed(format!("no whole answer within {deadline:?}")),
    }
}

fn failed(why: String) -> Answer {
    Answer::Later { why, pause: None }
}

async fn ask(sink: &Sink, delivery: Delivery, now: Timestamp) -> reqwest::Result<Answer> {
    let Delivery { body, headers } = delivery;
    let request = sink.http.post(sink.url.reveal().clone());
    let answer = request.headers(headers).body(body).send().await?;
    let says = Answer::of(answer.status(), retry_after(answer.headers(), now));
    drain(answer).await;
    Ok(says)
}

/// Reads the answer to its end, if that is near: the status has said all.
async fn drain(mut answer: Response) {
    let mut read = 0;
    while read < READ {
        match answer.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            Ok(None) | Err(_) => return,
        }
    }
}

/// The pause that an answer asks for: seconds, or the time until which to wait.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(value).ok()?.timestamp();
    // a time that is over asks for nothing
    Duration::try_from(until.duration_since(now)).ok()
}

/// Its innermost cause says most (`Connection refused (os error 111)`), and not the URL.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        // the error itself, whose own words name the URL
        Some(_) => "the request failed".to_owned(),
        None => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_asks_for_a_pause_by_seconds_or_by_a_time() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
        for (value, expected) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", None),
            ("soon", None),
            ("-1", None),
            ("99999999999999999999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            let pause = retry_after(&headers, now);
            assert_eq!(pause.map(|pause| pause.as_secs()), expected, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
