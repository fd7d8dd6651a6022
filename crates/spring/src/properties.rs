//! Java properties, as Spring's loader reads them.
//!
//! The text is ISO 8859-1, as Java has it, unless a byte-order mark says
//! UTF-8. A line `#---` (or `!---`) parts documents, but not when a comment
//! stands right before or after it. `list[]=a,b` is short for a list.

use serde_json::Value;

use crate::document::{Builder, File, Origin};
use crate::error::{ErrorKind, ParseError};
use crate::limits::{self, Allowance, Budget};
use crate::path;

mod reader;

use reader::{BadEscape, Reader};

/// Reads a properties file.
pub(crate) fn parse(bytes: &[u8], allowance: Allowance<'_>) -> Result<File, ParseError> {
    let mut loader = Loader {
        reader: Reader::new(decode(bytes)?),
        budget: Budget::new(allowance),
        finished: Vec::new(),
        current: Builder::default(),
        last_comment: None,
    };
    loader.load()?;
    loader.into_file()
}

/// The text in the units of Java's strings, in which escapes are written too.
fn decode(bytes: &[u8]) -> Result<Vec<u16>, ParseError> {
    let Some(marked) = bytes.strip_prefix(b"\xEF\xBB\xBF") else {
        return Ok(bytes.iter().copied().map(u16::from).collect());
    };
    match std::str::from_utf8(marked) {
        Ok(text) => Ok(text.encode_utf16().collect()),
        Err(fault) => {
            let before = &marked[..fault.valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            let kind = ErrorKind::InvalidEncoding("UTF-8");
            Err(ParseError::new(kind, Origin::from_marker(line, 0)))
        }
    }
}

struct Loader<'a> {
    reader: Reader,
    budget: Budget<'a>,
    finished: Vec<Builder>,
    current: Builder,
    /// What began the comment on the line before, if it was one.
    last_comment: Option<u16>,
}

impl Loader<'_> {
    fn load(&mut self) -> Result<(), ParseError> {
        while self.advance()? {
            match self.reader.unit() {
                Some(mark) if mark == u16::from(b'#') || mark == u16::from(b'!') => {
                    self.comment(mark)?;
                }
                _ => {
                    self.last_comment = None;
                    self.property()?;
                }
            }
        }
        Ok(())
    }

    fn comment(&mut self, mark: u16) -> Result<(), ParseError> {
        if self.is_separator(mark)? {
            return self.finish_document();
        }
        // A comment right after a separator takes it back.
        if self.current.is_empty()
            && let Some(previous) = self.finished.pop()
        {
            self.current = previous;
        }
        self.last_comment = Some(mark);
        self.reader.skip_comment();
        Ok(())
    }

    fn finish_document(&mut self) -> Result<(), ParseError> {
        let document = std::mem::take(&mut self.current);
        if document.is_empty() {
            return Ok(());
        }
        if self.finished.len() + 1 == limits::DOCUMENTS {
            let limit = limits::DOCUMENTS;
            let kind = ErrorKind::TooManyDocuments { limit };
            return Err(ParseError::new(kind, self.reader.origin()));
        }
        self.finished.push(document);
        Ok(())
    }

    /// Whether the comment is three hyphens at the start of its line.
    fn is_separator(&mut self, mark: u16) -> Result<bool, ParseError> {
        if self.last_comment == Some(mark) {
            return Ok(false);
        }
        let mut is_separator = self.reader.is_at_line_start();
        for _ in 0..3 {
            if is_separator {
                self.advance()?;
                is_separator = self.reader.unit() == Some(u16::from(b'-'));
            }
        }
        if !self.reader.is_end_of_line() {
            self.advance()?;
            self.reader.skip_blanks();
        }
        Ok(is_separator && self.reader.is_end_of_line())
    }

    fn property(&mut self) -> Result<(), ParseError> {
        let key = self.key()?;
        match key.strip_suffix("[]") {
            Some(list) => self.list(list),
            None => {
                let (value, origin) = self.value(false)?;
                self.put(key, value, origin)
            }
        }
    }

    fn list(&mut self, list: &str) -> Result<(), ParseError> {
        for index in 0.. {
            let (value, origin) = self.value(true)?;
            self.put(format!("{list}[{index}]"), value, origin)?;
            if !self.reader.is_end_of_line() {
                self.advance()?;
            }
            if self.reader.is_end_of_line() {
                break;
            }
        }
        Ok(())
    }

    fn put(&mut self, key: String, value: String, origin: Origin) -> Result<(), ParseError> {
        if key.is_empty() {
            return Ok(());
        }
        self.budget.take_node(origin)?;
        let path = path::of_property(&key);
        self.current
            .put(key, path, Value::String(value), origin, &mut self.budget)
    }

    /// Up to a delimiter, or to what follows a blank.
    fn key(&mut self) -> Result<String, ParseError> {
        let mut key = Vec::new();
        let mut after_blank = false;
        while !self.reader.is_end_of_line() {
            if self.reader.is_delimiter() {
                self.advance()?;
                break;
            }
            if after_blank && !self.reader.is_blank() {
                break;
            }
            after_blank = self.reader.is_blank();
            key.extend(self.reader.unit());
            self.advance()?;
        }
        Ok(String::from_utf16_lossy(&key).trim().to_owned())
    }

    fn value(&mut self, is_of_list: bool) -> Result<(String, Origin), ParseError> {
        while self.reader.is_blank() && !self.reader.is_end_of_line() {
            self.advance()?;
        }
        let origin = self.reader.origin();
        let mut value = Vec::new();
        while !(self.reader.is_end_of_line() || is_of_list && self.reader.is_comma()) {
            value.extend(self.reader.unit());
            self.advance()?;
        }
        Ok((String::from_utf16_lossy(&value), origin))
    }

    fn advance(&mut self) -> Result<bool, ParseError> {
        self.reader
            .advance()
            .map_err(|BadEscape(at)| ParseError::new(ErrorKind::BadEscape, at))
    }

    fn into_file(mut self) -> Result<File, ParseError> {
        if !self.current.is_empty() {
            self.finished.push(self.current);
        }
        let documents = self.finished.into_iter().enumerate();
        Ok(File {
            documents: documents
                .map(|(index, builder)| builder.finish(index, &mut self.budget))
                .collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(text: &[u8]) -> Vec<Vec<(String, String, String)>> {
        let file = parse(text, Allowance::whole()).expect("valid");
        let documents = file.documents.into_iter().map(|document| {
            let properties = document.properties.into_iter().map(|property| {
                let value = property.value.as_str().unwrap_or_default().to_owned();
                (property.key, value, property.origin.to_string())
            });
            properties.collect()
        });
        documents.collect()
    }

    fn owned(entries: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        let own =
            |(key, value, at): &(&str, &str, &str)| ((*key).into(), (*value).into(), (*at).into());
        entries.iter().map(own).collect()
    }

    #[test]
    fn lines_are_read_as_springs_loader_reads_them() {
        let text = b"l[]=a,b, c\nk\\:x=1\ny=\\q\n\\\n\n  lead  = v \nsur=\\ud83d\\ude00\nz = a\\\n    b\\\n  c\nend=x\\";
        let expected = owned(&[
            ("l[0]", "a", "1:5"),
            ("l[1]", "b", "1:7"),
            ("l[2]", "c", "1:10"),
            ("k:x", "1", "2:5"),
            ("y", "q", "3:3"),
            ("lead", "v ", "6:11"),
            ("sur", "\u{1F600}", "7:5"),
            ("z", "abc", "8:5"),
            ("end", "x", "11:5"),
        ]);
        assert_eq!(flat(text), [expected]);
    }

    #[test]
    fn separators_next_to_comments_do_not_count() {
        let text = b"#---\na=1\n#---\n# c\nb=2\n# z\n#---\nc=3\n!---\nd=4\n#--- \ne=5\n";
        let expected = [
            owned(&[("a", "1", "2:3"), ("b", "2", "5:3"), ("c", "3", "8:3")]),
            owned(&[("d", "4", "10:3")]),
            owned(&[("e", "5", "12:9")]),
        ];
        assert_eq!(flat(text)[..2], expected[..2]);
        assert_eq!(flat(text)[2][0].0, "e");
    }

    #[test]
    fn text_is_latin_1_unless_a_mark_says_utf_8() {
        assert_eq!(flat(b"a=\xE9\n")[0][0].1, "\u{E9}");
        assert_eq!(flat(b"\xEF\xBB\xBFa=\xC3\xA9\n")[0][0].1, "\u{E9}");
    }

    #[test]
    fn a_bad_escape_is_refused_with_its_place() {
        let fault = parse(b"a=1\nb=\\u00zz\n", Allowance::whole()).expect_err("invalid");
        assert_eq!(fault.kind, ErrorKind::BadEscape);
        assert_eq!((fault.line, fault.column), (2, 3));
    }
}
