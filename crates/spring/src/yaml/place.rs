//! The places at which values are written, as Spring reports them.

use saphyr_parser::{Event, ScalarStyle, Span};

use crate::document::Origin;

/// Finds the place of each event, in the order of the stream.
///
/// The parser places a block scalar at its first line; Spring at its `|` or
/// `>`, or the anchor or tag before that. So that is searched from the end of
/// the event before, over what may stand between.
pub(super) struct Places<'a> {
    lines: Vec<&'a str>,
    /// The end of the last event: line from 1, column from 0.
    end: (usize, usize),
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            lines: text.split('\n').collect(),
            end: (1, 0),
        }
    }

    pub(super) fn of(&mut self, event: &Event<'_>, span: Span) -> Origin {
        let start = (span.start.line(), span.start.col());
        let is_block = matches!(
            event,
            Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..)
        );
        let (line, column) = if is_block {
            self.indicator(start).unwrap_or(start)
        } else {
            start
        };
        self.end = (span.end.line(), span.end.col()).max(self.end);
        Origin::from_marker(line, column)
    }

    /// The first character from the last event's end on that is neither a
    /// blank, nor part of a comment, nor one of the marks before a value.
    fn indicator(&self, before: (usize, usize)) -> Option<(usize, usize)> {
        let (mut line, mut column) = self.end;
        while line <= before.0 {
            let text = self.lines.get(line.checked_sub(1)?)?;
            let found = text
                .chars()
                .enumerate()
                .skip(column)
                .take_while(|(_, c)| *c != '#')
                .find(|(_, c)| !c.is_whitespace() && !matches!(c, ':' | '-' | '?'));
            if let Some((column, _)) = found {
                return Some((line, column));
            }
            (line, column) = (line + 1, 0);
        }
        None
    }
}
