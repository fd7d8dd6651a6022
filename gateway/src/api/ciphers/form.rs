//! Texts that were sent as a form: `curl -d` says so, and some clients encode them and add `=`.
//! Spring's server takes them for what is meant, by these rules.

use base64::{Engine, engine::general_purpose::STANDARD};
use vortex_kit::error::Fault;

/// A text that is to be encrypted: if `=` is at its end, it is a form of this one name.
pub(super) fn plain(text: String) -> Result<String, Fault> {
    if !text.ends_with('=') {
        return Ok(text);
    }
    let mut decoded = decode(&text)?;
    decoded.pop();
    Ok(decoded)
}

/// A cipher text: the `=` at its end is the form's unless it is base64's.
pub(super) fn cipher(text: String) -> Result<String, Fault> {
    if !text.ends_with('=') {
        return Ok(text);
    }
    // a form has blanks for plus signs
    let decoded = decode(&text)?.replace(' ', "+");
    let Some(candidate) = decoded.strip_suffix('=') else {
        return Ok(decoded);
    };
    let without_prefix = candidate.rsplit('}').next().unwrap_or_default();
    let is_whole = without_prefix.len() % 2 == 0
        && (hex_digits(without_prefix) || STANDARD.decode(without_prefix).is_ok());
    Ok(match is_whole {
        true => candidate.to_owned(),
        false => decoded,
    })
}

fn hex_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn decode(text: &str) -> Result<String, Fault> {
    let blanks = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&blanks).decode_utf8();
    let decoded = decoded.map_err(|_| Fault::invalid("body", "is no form in UTF-8"))?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_came_as_a_form_is_the_name_in_it() {
        let plain = |text: &str| plain(text.to_owned()).unwrap();
        assert_eq!(plain("my+secret%2B1="), "my secret+1");
        assert_eq!(plain("my+secret%2B1"), "my+secret%2B1");
    }

    #[test]
    fn a_cipher_text_keeps_the_padding_of_its_base64() {
        let cipher = |text: &str| cipher(text.to_owned()).unwrap();
        assert_eq!(cipher("deadbeef="), "deadbeef");
        assert_eq!(cipher("deadbeef"), "deadbeef");
        assert_eq!(cipher("AQ%2FBCw%3D%3D="), "AQ/BCw==");
        assert_eq!(cipher("AQ+BCw=="), "AQ+BCw==");
        assert_eq!(cipher("{key:first}AQ+BCw==="), "{key:first}AQ+BCw==");
    }
}
