//! The HTTP transport with a way out: between two reads of an answer it looks whether to stop.
//!
//! Without it, a server that sends a byte now and then would hold a fetch for ever.

use std::{
    any::Any,
    io::{self, BufRead, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use gix::{
    Remote, Result,
    protocol::transport::{
        Protocol,
        client::blocking_io::{
            Transport,
            http::{self, GetResponse, Http, PostBodyDataKind, PostResponse},
        },
    },
    remote::{Connection, Direction},
    url::Scheme,
};

pub(super) type Boxed = Box<dyn Transport + Send>;

/// A connection that nothing was sent over yet.
pub(super) fn connect<'a, 'repo>(
    remote: &'a Remote<'repo>,
    cancelled: &Arc<AtomicBool>,
) -> Result<Connection<'a, 'static, 'repo, Boxed>> {
    let url = remote.url(Direction::Fetch);
    match url.filter(|url| matches!(url.scheme, Scheme::Http | Scheme::Https)) {
        None => remote.connect(Direction::Fetch),
        Some(url) => {
            let http = Stoppable {
                inner: http::reqwest::Remote::default(),
                cancelled: cancelled.clone(),
            };
            let transport = http::Transport::new_http(http, url.clone(), Protocol::V2, false);
            Ok(remote.to_connection_with_transport(Box::new(transport)))
        }
    }
}

struct Stoppable<T> {
    inner: T,
    cancelled: Arc<AtomicBool>,
}

impl<T> Stoppable<T> {
    fn with<U>(&self, inner: U) -> Stoppable<U> {
        Stoppable {
            inner,
            cancelled: self.cancelled.clone(),
        }
    }

    fn check(&self) -> io::Result<()> {
        // Not `Interrupted`, which readers answer by reading again.
        match self.cancelled.load(Ordering::Relaxed) {
            true => Err(io::Error::other("the fetch was told to stop")),
            false => Ok(()),
        }
    }
}

impl<T: Read> Read for Stoppable<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.inner.read(buffer)
    }
}

impl<T: BufRead> BufRead for Stoppable<T> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
    }
}

impl<T: Http> Http for Stoppable<T> {
    type Headers = Stoppable<T::Headers>;
    type ResponseBody = Stoppable<T::ResponseBody>;
    type PostBody = T::PostBody;

    fn get(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<GetResponse<Self::Headers, Self::ResponseBody>> {
        let response = self.inner.get(url, base_url, headers)?;
        Ok(GetResponse {
            headers: self.with(response.headers),
            body: self.with(response.body),
        })
    }

    fn post(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        body: PostBodyDataKind,
    ) -> Result<PostResponse<Self::Headers, Self::ResponseBody, Self::PostBody>> {
        let response = self.inner.post(url, base_url, headers, body)?;
        Ok(PostResponse {
            post_body: response.post_body,
            headers: self.with(response.headers),
            body: self.with(response.body),
        })
    }

    fn configure(&mut self, config: &dyn Any) -> Result {
        self.inner.configure(config)
    }

    fn redirected_base_url(&self) -> Option<String> {
        self.inner.redirected_base_url()
    }
}
