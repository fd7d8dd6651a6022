//! JSON documents: one object per file.

use serde_json::Value;

use crate::document::{self, File, Origin};
use crate::error::{ErrorKind, ParseError};
use crate::limits::{Allowance, Budget};
use crate::node::Content;

mod scan;

/// Reads a JSON file. Numbers stay as they are written.
pub(crate) fn parse(bytes: &[u8], allowance: Allowance<'_>) -> Result<File, ParseError> {
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let before = String::from_utf8_lossy(&bytes[..fault.valid_up_to()]);
        let kind = ErrorKind::InvalidEncoding("UTF-8");
        ParseError::new(kind, scan::end_of(&before))
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let root = scan::Scanner::new(text).document(&mut Budget::new(allowance))?;
    match &root.content {
        Content::Mapping(_) | Content::Scalar(Value::Null) => {}
        _ => return Err(ParseError::new(ErrorKind::NotAnObject, Origin::START)),
    }
    let document = document::flatten(&root, 0, &mut Budget::new(allowance))?;
    Ok(File {
        documents: document.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_one_document_with_origins() {
        let text = b"{\"a\": {\"b\": [1, \"x\\u00e9\"]},\n \"c\": null, \"n\": 1.50, \"e\": {}}";
        let file = parse(text, Allowance::whole()).expect("valid");
        let document = &file.documents[0];
        let flat: Vec<_> = document
            .properties
            .iter()
            .map(|p| (p.key.as_str(), p.value.to_string(), p.origin.to_string()))
            .collect();
        let expected = [
            ("a.b[0]", "1", "1:14"),
            ("a.b[1]", "\"x\u{e9}\"", "1:17"),
            ("c", "\"\"", "2:7"),
            ("n", "1.50", "2:18"),
        ];
        assert_eq!(
            flat,
            expected.map(|(k, v, o)| (k, v.to_owned(), o.to_owned()))
        );
        assert_eq!(document.tree["a"], json!({"b": [1, "x\u{e9}"]}));
        assert_eq!(document.tree["c"], Value::Null);
        assert_eq!(document.tree["e"], json!({}));
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let cases = [
            ("{\"a\": 1, \"a\": 2}", 1, 10),
            ("{\"a\": 1,\n}", 2, 1),
            ("{\"a\": 01}", 1, 7),
            ("{\"a\": tru}", 1, 7),
            ("{\"a\": \"\\q\"}", 1, 7),
            ("{} x", 1, 4),
            ("[1]", 1, 1),
            ("{\"a\": \"b", 1, 7),
            ("", 1, 1),
        ];
        for (text, line, column) in cases {
            let fault = parse(text.as_bytes(), Allowance::whole()).expect_err(text);
            assert_eq!(
                (fault.line, fault.column),
                (line, column),
                "{text}: {fault}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = format!("{{\"a\":{}", "[".repeat(100_000));
        let fault = parse(text.as_bytes(), Allowance::whole()).expect_err("too deep");
        assert!(matches!(fault.kind, ErrorKind::TooDeep { .. }));
    }
}
