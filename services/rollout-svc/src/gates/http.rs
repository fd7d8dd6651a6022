//! What all that is asked over HTTP has in common.

use std::{error::Error, time::Duration};

use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect::Policy};
use rustls::ClientConfig;
use tokio::time::timeout;

/// Bytes of what others say that is told to people.
const TOLD: usize = 300;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// Nobody is there, or it is not well. It may be better soon.
    Away(String),
    /// It does not answer this, and would not the next time.
    Refused(String),
}

impl Unanswered {
    /// The reason.
    pub(super) fn why(self) -> String {
        match self {
            Self::Away(why) | Self::Refused(why) => why,
        }
    }
}

/// A whole answer.
pub(super) struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub body: Vec<u8>,
}

/// A client that follows no redirects and meets nobody on its way.
pub(super) fn client(config: ClientConfig) -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(concat!("vortex/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(config)
        .redirect(Policy::none())
        .no_proxy()
}

/// Sends a request, and reads the answer, which has at most `largest` bytes.
pub(super) async fn ask(
    request: RequestBuilder,
    patience: Duration,
    largest: usize,
) -> Result<Answer, Unanswered> {
    let asked = async {
        let answer = request.send().await.map_err(|error| away(&error))?;
        let status = answer.status();
        if status.is_redirection() {
            let why = format!("it answered {status}: redirects are not followed");
            return Err(Unanswered::Refused(why));
        }
        let body = read(answer, largest).await?;
        Ok(Answer { status, body })
    };
    match timeout(patience, asked).await {
        Ok(answer) => answer,
        Err(_elapsed) => Err(Unanswered::Away(format!(
            "no whole answer within {patience:.1?}"
        ))),
    }
}

async fn read(mut answer: Response, largest: usize) -> Result<Vec<u8>, Unanswered> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| away(&error))? {
        if body.len() + chunk.len() > largest {
            let why = format!("its answer has more than {largest} bytes");
            return Err(Unanswered::Refused(why));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Its innermost cause says most (`Connection refused (os error 111)`), and not the URL.
fn away(error: &reqwest::Error) -> Unanswered {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Unanswered::Away(match cause.downcast_ref::<reqwest::Error>() {
        // the error itself, whose own words name the URL
        Some(_) => "the request failed".to_owned(),
        None => told(&cause.to_string()),
    })
}

/// What somebody else says, for people: in one line, and not too long.
pub(super) fn told(said: &str) -> String {
    let plain = said.chars().map(|letter| match letter {
        letter if letter.is_control() => ' ',
        letter => letter,
    });
    crate::domain::shortened(plain.collect(), TOLD)
}
