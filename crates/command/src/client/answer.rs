//! A whole answer.

use bytes::{Bytes, BytesMut};
use reqwest::{Response, Url, header::HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;

/// More than any answer of this API takes; what is larger is not read on.
const LIMIT: usize = 64 << 20;

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    server: Url,
    headers: HeaderMap,
    body: Bytes,
}

/// Why an answer could not be read: what is wrong with it, or with the connection.
#[derive(Debug)]
pub(super) enum Broken {
    Answer(Error),
    Connection(reqwest::Error),
}

impl Broken {
    /// The error it is, where `connection` says what a broken connection is.
    pub(super) fn unwrap_or_else(self, connection: impl FnOnce(reqwest::Error) -> Error) -> Error {
        match self {
            Self::Answer(error) => error,
            Self::Connection(error) => connection(error),
        }
    }
}

impl Answer {
    /// Reads a response to its end.
    pub(super) async fn read(mut response: Response, server: &Url) -> Result<Self, Broken> {
        let headers = std::mem::take(response.headers_mut());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(Broken::Connection)? {
            if body.len() + chunk.len() > LIMIT {
                let what = format!("it is over {} MiB", LIMIT >> 20);
                return Err(Broken::Answer(Error::garbage(server, what)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            server: server.clone(),
            headers,
            body: body.freeze(),
        })
    }

    /// Its bytes.
    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }

    /// A header's text; `None` when absent or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Its body as JSON: an object, as every answer of this API is.
    pub(crate) fn json(&self) -> Result<Value, Error> {
        match serde_json::from_slice(&self.body) {
            Ok(value @ Value::Object(_)) => Ok(value),
            Ok(_) => Err(Error::garbage(&self.server, "it is not a JSON object")),
            Err(error) => {
                let what = format!("it is not valid JSON: {error}");
                Err(Error::garbage(&self.server, what))
            }
        }
    }
}

/// Reads what a table shows out of an answer of `server`. Programs get the answer as it came, so
/// that what is newer than this command reaches them too.
pub(crate) fn read<T: DeserializeOwned>(answer: &Value, server: &Url) -> Result<T, Error> {
    T::deserialize(answer).map_err(|error| Error::garbage(server, error.to_string()))
}
