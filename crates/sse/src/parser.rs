//! Server-sent events (WHATWG HTML, 9.2), from bytes as they come.

/// The most one event may take.
const LIMIT: usize = 16 << 20;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its type; `message` when the stream did not say.
    pub name: String,
    /// Its data, lines joined by line feeds.
    pub data: String,
    /// The last id the stream gave, this event's or an earlier one's.
    pub id: Option<String>,
}

/// An event is over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is over {} MiB", LIMIT >> 20)]
pub struct TooLarge;

/// Takes a stream apart; bytes may be split anywhere.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    /// Whether a carriage return was the last byte, so that a line feed now belongs to it.
    returned: bool,
    begun: bool,
    name: String,
    data: Option<String>,
    id: Option<String>,
}

impl Parser {
    /// The events that `bytes` complete.
    ///
    /// # Errors
    /// An event is over 16 MiB.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLarge> {
        let mut events = Vec::new();
        for &byte in bytes {
            match byte {
                b'\n' if self.returned => self.returned = false,
                b'\n' | b'\r' => {
                    self.returned = byte == b'\r';
                    events.extend(self.end_line());
                }
                _ => {
                    self.returned = false;
                    self.line.push(byte);
                }
            }
            if self.line.len() + self.data.as_ref().map_or(0, String::len) > LIMIT {
                return Err(TooLarge);
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = match self.begun {
            true => &line,
            false => line.strip_prefix('\u{feff}').unwrap_or(&line),
        };
        self.begun = true;
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        self.field(field, value.strip_prefix(' ').unwrap_or(value));
        None
    }

    fn field(&mut self, field: &str, value: &str) {
        match field {
            "event" => self.name = value.to_owned(),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // a comment, whose name is empty, and whatever is newer than this
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<Event> {
        let name = std::mem::take(&mut self.name);
        let data = self.data.take()?;
        Some(Event {
            name: if name.is_empty() {
                "message".to_owned()
            } else {
                name
            },
            data,
            id: self.id.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(name: &str, data: &str, id: Option<&str>) -> Event {
        Event {
            name: name.to_owned(),
            data: data.to_owned(),
            id: id.map(str::to_owned),
        }
    }

    #[test]
    fn comments_and_unfinished_events_are_none() {
        let mut parser = Parser::default();
        let stream = b": progress s:1\n\nevent: change\nid: s:2\ndata: {\ndata:}\n\ndata: half";
        let events = parser.feed(stream).unwrap();
        assert_eq!(events, [event("change", "{\n}", Some("s:2"))]);
    }

    #[test]
    fn all_line_endings_and_a_byte_order_mark_are_taken() {
        let mut parser = Parser::default();
        let stream = "\u{feff}data: a\r\n\r\ndata: b\r\rdata: c\n\n";
        let events = parser.feed(stream.as_bytes()).unwrap();
        let expected = ["a", "b", "c"].map(|data| event("message", data, None));
        assert_eq!(events, expected);
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut parser = Parser::default();
        let chunk = vec![b'x'; 1 << 20];
        assert!((0..17).any(|_| parser.feed(&chunk).is_err()));
    }

    proptest! {
        #[test]
        fn where_bytes_are_split_makes_no_difference(
            data in proptest::collection::vec("[ -~]{0,12}(\n[ -~]{0,6})?", 1..6),
            ending in prop_oneof!["\n", "\r\n", "\r"],
            cut in 1_usize..9,
        ) {
            let mut stream = String::new();
            for (id, data) in data.iter().enumerate() {
                stream += &format!("id: {id}{ending}");
                for line in data.split('\n') {
                    stream += &format!("data: {line}{ending}");
                }
                stream += &ending;
            }
            let mut parser = Parser::default();
            let chunks = stream.as_bytes().chunks(cut);
            let events: Vec<_> = chunks.flat_map(|chunk| parser.feed(chunk).unwrap()).collect();
            let expected: Vec<_> = data
                .iter()
                .enumerate()
                .map(|(id, data)| event("message", data, Some(&id.to_string())))
                .collect();
            prop_assert_eq!(events, expected);
        }

        #[test]
        fn no_bytes_break_it(bytes: Vec<u8>) {
            prop_assert!(Parser::default().feed(&bytes).is_ok());
        }
    }
}
