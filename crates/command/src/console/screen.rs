//! A picture that is redrawn in place on a terminal.

/// Remembers how much of the terminal it has drawn on.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    lines: usize,
}

impl Screen {
    /// What draws `picture`, whole lines, over the one before.
    pub(crate) fn draw(&mut self, picture: &str) -> String {
        let up = match self.lines {
            0 => String::new(),
            lines => format!("\u{1b}[{lines}A"),
        };
        self.lines = picture.lines().count();
        // a line that wrapped would take two, and the next picture would begin too low: lines are
        // cut at the edge while it is drawn
        format!("\u{1b}[?7l{up}\r\u{1b}[J{picture}\u{1b}[?7h")
    }

    /// Leaves the picture as it is: the next one is drawn below.
    pub(crate) fn leave(&mut self) {
        self.lines = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_drawn_over_the_one_before() {
        let mut screen = Screen::default();
        let begin = "\u{1b}[?7l";
        let end = "\u{1b}[?7h";
        assert_eq!(
            screen.draw("a\nb\n"),
            format!("{begin}\r\u{1b}[Ja\nb\n{end}")
        );
        assert_eq!(
            screen.draw("c\n"),
            format!("{begin}\u{1b}[2A\r\u{1b}[Jc\n{end}")
        );
        screen.leave();
        assert_eq!(screen.draw("d\n"), format!("{begin}\r\u{1b}[Jd\n{end}"));
    }
}
