//! Refuses bodies of a media type that a route does not accept.

use vortex_kit::error::{Fault, Reason};
use vortex_names::Excerpt;

/// The fault for a body that was sent as `given` to a route that accepts `wanted`. curl sends forms
/// by default, so the fault for a form says which options to use, `with_curl`.
pub(crate) fn unsupported(given: &str, wanted: &str, with_curl: &str) -> Fault {
    let how = match is_form(given) {
        true => format!("; with curl: {with_curl}"),
        false => String::new(),
    };
    let message = format!(
        "Content-Type is {:?}; send {wanted}{how}",
        Excerpt::of(given)
    );
    Fault::new(Reason::UnsupportedFormat, message)
}

fn is_form(given: &str) -> bool {
    let essence = given.split(';').next().unwrap_or_default().trim();
    ["application/x-www-form-urlencoded", "multipart/form-data"]
        .iter()
        .any(|form| essence.eq_ignore_ascii_case(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_a_form_is_told_how_curl_sends_a_body() {
        for given in [
            "application/x-www-form-urlencoded",
            "Multipart/Form-Data; boundary=x",
        ] {
            let fault = unsupported(given, "application/json", "-H 'x'");
            assert!(fault.message().ends_with("with curl: -H 'x'"), "{fault}");
        }
        let fault = unsupported("text/html", "application/json", "-H 'x'");
        assert!(!fault.message().contains("curl"), "{fault}");
    }

    #[test]
    fn a_long_media_type_is_shown_short() {
        let fault = unsupported(&"x".repeat(100_000), "application/json", "");
        assert!(fault.message().len() < 300);
    }
}
