//! What happened, in lines of at most 80 columns.

use vortex_rest::{TimelineEntry, TimelineKind};

use crate::console::{printable, recent, shortened};

/// The columns of a terminal.
const WIDTH: usize = 80;
/// Where what stands under an entry begins: under its kind.
const INDENT: usize = 13;
/// The columns of a kind.
const KIND: usize = 9;
/// The most documents that are named.
const NAMED: usize = 3;

/// The word for a kind, no longer than its column: what it says of an end is told beside it.
fn word(kind: &TimelineKind) -> String {
    match kind {
        TimelineKind::OverrideEnd => TimelineKind::Override.to_string(),
        kind => kind.to_string(),
    }
}

/// An entry: when, of what kind, and what; below, what moved, by whom and why, and what undoes it.
pub(in crate::command) fn tell(entry: &TimelineEntry) -> String {
    let mut lines = vec![head(
        entry.time.as_deref(),
        &word(&entry.kind),
        &place(entry),
    )];
    lines.extend(documents(entry).into_iter().map(|line| below(&line)));
    lines.push(below(&by(entry)));
    if !entry.undo.is_empty() {
        // a command is of no use in part
        let undo = printable(&entry.undo);
        lines.push(format!("{:INDENT$}undo: {undo}", ""));
    }
    lines.join("\n") + "\n"
}

/// When, of what kind, and what.
pub(in crate::command) fn head(time: Option<&str>, kind: &str, what: &str) -> String {
    let head = format!(
        "{:<width$}{kind:<KIND$} {}",
        recent(time),
        printable(what),
        width = INDENT
    );
    shortened(head.trim_end(), WIDTH)
}

/// What it was, and on which label when that is not the usual one.
fn place(entry: &TimelineEntry) -> String {
    match entry.label.as_str() {
        "" | "main" => entry.what.clone(),
        label => format!("{} on {label}", entry.what),
    }
}

/// The documents: what they moved from and to, or else their paths.
fn documents(entry: &TimelineEntry) -> Vec<String> {
    let moved = entry.moved.iter().take(NAMED);
    let mut lines: Vec<String> = moved
        .map(|moved| {
            let from = if moved.from.is_empty() {
                "nothing"
            } else {
                &moved.from
            };
            format!("{}: {from} -> {}", moved.path, moved.to)
        })
        .collect();
    let count = match lines.is_empty() {
        true => {
            lines.extend(entry.paths.iter().take(NAMED).cloned());
            entry.path_count as usize
        }
        false => entry.moved_count as usize,
    };
    if count > lines.len() {
        lines.push(format!("and {} more", count - lines.len()));
    }
    lines
}

/// Who did it, and why.
fn by(entry: &TimelineEntry) -> String {
    let author = match entry.author.as_str() {
        "" => &entry.principal,
        author => author,
    };
    let rollout = match entry.rollout.as_str() {
        "" => String::new(),
        id => format!(", rollout {id}"),
    };
    match entry.message.as_str() {
        "" => format!("by {author}{rollout}"),
        message => format!("by {author}{rollout}: {message}"),
    }
}

pub(in crate::command) fn below(text: &str) -> String {
    shortened(&format!("{:INDENT$}{}", "", printable(text)), WIDTH)
}

#[cfg(test)]
mod tests {
    use vortex_rest::MovedDocument;

    use super::*;

    fn entry() -> TimelineEntry {
        TimelineEntry {
            time: Some("2026-11-27T01:22:33.123456Z".to_owned()),
            kind: TimelineKind::Release,
            what: "released v2".to_owned(),
            principal: "anonymous".to_owned(),
            author: "ada".to_owned(),
            message: "raise the limit".to_owned(),
            label: "main".to_owned(),
            moved: vec![MovedDocument {
                path: "orders-prod.yml".to_owned(),
                from: "v1".to_owned(),
                to: "v2".to_owned(),
            }],
            moved_count: 1,
            undo: "vortex config undo --change v2".to_owned(),
            ..TimelineEntry::default()
        }
    }

    #[test]
    fn an_entry_says_what_moved_by_whom_and_what_undoes_it() {
        assert_eq!(
            tell(&entry()),
            "11-27 01:22  release   released v2\n\
             \x20            orders-prod.yml: v1 -> v2\n\
             \x20            by ada: raise the limit\n\
             \x20            undo: vortex config undo --change v2\n"
        );
    }

    #[test]
    fn what_ended_stands_in_the_same_column() {
        let entry = TimelineEntry {
            kind: TimelineKind::OverrideEnd,
            what: "override of orders prod is over".to_owned(),
            ..entry()
        };
        let head = "11-27 01:22  override  override of orders prod is over\n";
        assert!(tell(&entry).starts_with(head), "{}", tell(&entry));
    }

    #[test]
    fn only_a_command_is_wider_than_80_columns() {
        let long = "long ".repeat(40);
        let entry = TimelineEntry {
            what: long.clone(),
            message: long.clone(),
            moved: vec![MovedDocument {
                path: long.clone(),
                ..MovedDocument::default()
            }],
            moved_count: 130,
            label: long,
            ..entry()
        };
        let told = tell(&entry);
        assert!(
            told.lines().all(|line| line.chars().count() <= WIDTH),
            "{told}"
        );
        assert!(told.contains("and 129 more"), "{told}");
    }
}
