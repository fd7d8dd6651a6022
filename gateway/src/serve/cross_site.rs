//! Refuses writes and WebSockets by pages of other origins.
//!
//! Where no keys are required, whoever reaches the port may write, and a browser on the operator's
//! machine does reach it; where they are, it may hold the credentials of a user. Browsers say with
//! each write which origin it comes from; a request that does not say so was not made by one.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, Uri, header, uri::Authority};
use vortex_kit::error::{Fault, Reason};

use super::host;
use crate::problem::Problem;

/// Refuses a write that a browser makes for a page of another origin, and a WebSocket, which unlike
/// any other answer the page could read.
pub(super) async fn refuse(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS];
    if reads.contains(request.method()) && !request.headers().contains_key(header::UPGRADE) {
        return next.run(request).await;
    }
    match check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(fault) => Problem(fault).into_response(),
    }
}

/// Fails with `PERMISSION_DENIED` when the headers name a different origin. A browser that sends
/// `Sec-Fetch-Site` has compared the origins itself, before a proxy could rewrite either.
fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), Fault> {
    if let Some(site) = headers.get("sec-fetch-site") {
        let own = site == "same-origin" || site == "none";
        return own
            .then_some(())
            .ok_or_else(|| foreign("Sec-Fetch-Site", site));
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let host = host::authority(uri, headers);
    let own = host.is_some_and(|host| is_of(origin, &host));
    own.then_some(()).ok_or_else(|| foreign("Origin", origin))
}

/// Whether an origin has the host and port that a request is for.
fn is_of(origin: &HeaderValue, host: &Authority) -> bool {
    let Ok(origin) = Uri::try_from(origin.as_bytes()) else {
        return false;
    };
    let default = match origin.scheme_str() {
        Some("https") => 443,
        Some("http") => 80,
        // `null`, and pages that no web server sent
        _ => return false,
    };
    let Some(authority) = origin.authority() else {
        return false;
    };
    let port = |of: &Authority| of.port_u16().unwrap_or(default);
    authority.host().eq_ignore_ascii_case(host.host()) && port(authority) == port(host)
}

fn foreign(header: &str, said: &HeaderValue) -> Fault {
    let said = String::from_utf8_lossy(said.as_bytes());
    let message =
        format!("a page of another origin may neither write nor connect ({header}: {said})");
    Fault::new(Reason::PermissionDenied, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own(origin: &str, host: &str) -> bool {
        let host = Authority::try_from(host).unwrap();
        is_of(&HeaderValue::from_str(origin).unwrap(), &host)
    }

    #[test]
    fn an_origin_is_a_host_and_a_port() {
        assert!(is_own("http://localhost:8080", "localhost:8080"));
        assert!(is_own("http://LOCALHOST", "localhost:80"));
        assert!(is_own("https://config.example.com", "config.example.com"));
        assert!(is_own("http://[::1]:8080", "[::1]:8080"));
        for origin in [
            "http://localhost:3000",
            "http://localhost",
            "http://a.localhost:8080",
            "http://127.0.0.1:8080",
            "null",
            "",
            "file://localhost:8080",
            "http://",
        ] {
            assert!(!is_own(origin, "localhost:8080"), "{origin}");
        }
    }
}
