//! The characters of a properties file, with escapes and continued lines
//! taken care of.

use crate::document::Origin;

/// Reads one unit at a time. Line ends are one `\n`, however written.
pub(super) struct Reader {
    text: Vec<u16>,
    next: usize,
    unit: Option<u16>,
    is_escaped: bool,
    /// How many line ends were read.
    line: usize,
    /// The column from 0; none right after a line end.
    column: Option<usize>,
}

/// A `\u` without four hexadecimal digits, at this place.
pub(super) struct BadEscape(pub(super) Origin);

const NEWLINE: u16 = b'\n' as u16;

impl Reader {
    pub(super) fn new(text: Vec<u16>) -> Self {
        Self {
            text,
            next: 0,
            unit: None,
            is_escaped: false,
            line: 0,
            column: None,
        }
    }

    /// The unit read last; none at the end.
    pub(super) fn unit(&self) -> Option<u16> {
        self.unit
    }

    /// Reads the next unit, over leading blanks and continued line ends.
    /// False at the end.
    pub(super) fn advance(&mut self) -> Result<bool, BadEscape> {
        loop {
            self.is_escaped = false;
            self.read();
            if self.column == Some(0) {
                self.skip_blanks();
            }
            if !self.is(b'\\') {
                break;
            }
            if !self.escape()? {
                break;
            }
        }
        if self.is(b'\n') && !self.is_escaped {
            self.column = None;
        }
        Ok(self.unit.is_some())
    }

    /// Reads what a backslash begins. True when it hid a line end.
    fn escape(&mut self) -> Result<bool, BadEscape> {
        self.is_escaped = true;
        let at = self.origin();
        self.unit = self.pull();
        match self.unit.and_then(|unit| u8::try_from(unit).ok()) {
            Some(b't') => self.unit = Some(u16::from(b'\t')),
            Some(b'r') => self.unit = Some(u16::from(b'\r')),
            Some(b'n') => self.unit = Some(NEWLINE),
            Some(b'f') => self.unit = Some(0x0C),
            Some(b'u') => self.unit = Some(self.unicode().ok_or(BadEscape(at))?),
            Some(b'\n') => {
                self.column = None;
                return Ok(true);
            }
            _ => {}
        }
        Ok(false)
    }

    fn unicode(&mut self) -> Option<u16> {
        (0..4).try_fold(0, |unit, _| {
            let digit = char::from_u32(self.pull()?.into())?.to_digit(16)?;
            u16::try_from(digit).ok().map(|digit| (unit << 4) | digit)
        })
    }

    fn read(&mut self) {
        self.unit = self.pull();
        self.column = Some(self.column.map_or(0, |column| column + 1));
    }

    /// The next unit of the text as it is, but for line ends.
    fn pull(&mut self) -> Option<u16> {
        let unit = self.text.get(self.next).copied()?;
        self.next += 1;
        if unit == u16::from(b'\r') {
            if self.text.get(self.next) == Some(&NEWLINE) {
                self.next += 1;
            }
            self.line += 1;
            return Some(NEWLINE);
        }
        self.line += usize::from(unit == NEWLINE);
        Some(unit)
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank() {
            self.read();
        }
    }

    pub(super) fn skip_comment(&mut self) {
        while !self.is(b'\n') && self.unit.is_some() {
            self.unit = self.pull();
        }
        self.column = None;
    }

    pub(super) fn is_at_line_start(&self) -> bool {
        self.column == Some(0)
    }

    pub(super) fn is_blank(&self) -> bool {
        !self.is_escaped && (self.is(b' ') || self.is(b'\t') || self.is(0x0C))
    }

    pub(super) fn is_delimiter(&self) -> bool {
        !self.is_escaped && (self.is(b'=') || self.is(b':'))
    }

    pub(super) fn is_comma(&self) -> bool {
        !self.is_escaped && self.is(b',')
    }

    pub(super) fn is_end_of_line(&self) -> bool {
        self.unit.is_none() || !self.is_escaped && self.is(b'\n')
    }

    fn is(&self, ascii: u8) -> bool {
        self.unit == Some(ascii.into())
    }

    /// Where the unit is, as Spring says it: right after a line end that is
    /// the next line's column 0.
    pub(super) fn origin(&self) -> Origin {
        match self.column {
            Some(column) => Origin::from_marker(self.line + 1, column),
            None => Origin {
                line: Origin::from_marker(self.line + 1, 0).line,
                column: 0,
            },
        }
    }
}
