//! Failed handshakes in words: what is wrong, and what to do about it.

use std::{error::Error, io};

use jiff::Timestamp;
use rustls::{
    AlertDescription, CertificateError, Error as Tls, InvalidMessage, pki_types::UnixTime,
};

/// What a client may say of an error of TLS, wherever in a chain of causes it is.
pub fn explain(error: &(dyn Error + 'static)) -> Option<String> {
    find(error).map(told)
}

fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Tls> {
    if let Some(tls) = error.downcast_ref::<Tls>() {
        return Some(tls);
    }
    // what an io::Error wraps is not its source
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(inner) => find(inner),
        None => find(error.source()?),
    }
}

fn told(error: &Tls) -> String {
    match error {
        Tls::InvalidCertificate(why) => certificate(why),
        Tls::AlertReceived(alert) => refused(*alert),
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "the port does not speak TLS: say http:// to it, or give the server a certificate \
             (--tls-cert, --tls-key)"
                .to_owned()
        }
        other => format!("the TLS handshake failed: {other}"),
    }
}

/// What is wrong with the server's certificate.
fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => {
            "its certificate is of no authority that is trusted here: name its authority with --ca"
                .to_owned()
        }
        CertificateError::Expired => {
            "its certificate has expired: give the server a new one".into()
        }
        CertificateError::ExpiredContext { not_after, .. } => format!(
            "its certificate expired at {}: give the server a new one",
            moment(*not_after)
        ),
        CertificateError::NotValidYet => {
            "its certificate is not valid yet: are the clocks right?".into()
        }
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "its certificate is not valid before {}: are the clocks right?",
            moment(*not_before)
        ),
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => format!(
            "its certificate is not of {}, but of {}: call it by that name, or give the server a \
             certificate with this one",
            expected.to_str(),
            names(presented)
        ),
        CertificateError::BadSignature => {
            "its certificate is not signed by the authority of that name that is trusted here: was \
             the one in --ca made anew?"
                .to_owned()
        }
        other => format!("its certificate can't be accepted: {other}"),
    }
}

fn names(presented: &[String]) -> String {
    match presented.is_empty() {
        true => "nobody".to_owned(),
        false => presented.join(", "),
    }
}

/// What the server finds wrong with the caller's certificate, or with its handshake.
fn refused(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired => {
            "it asks callers for a certificate: show one with --client-cert and --client-key".into()
        }
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::DecryptError
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied => format!(
            "it does not accept the client certificate ({alert:?}): show one of the authority that \
             it trusts"
        ),
        AlertDescription::NoApplicationProtocol => "it does not speak HTTP/2".into(),
        other => format!("it refused the TLS handshake: {other:?}"),
    }
}

fn moment(time: UnixTime) -> Timestamp {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
