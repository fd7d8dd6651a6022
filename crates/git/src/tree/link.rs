//! Symbolic links inside a commit, followed by name alone: nothing outside the commit is looked at.

use std::collections::{BTreeMap, VecDeque};

use super::{Entry, SkipReason, Skipped};
use crate::FileKind;

/// As many as Linux follows in one path.
const MOST_HOPS: usize = 40;

type Files = BTreeMap<String, Entry>;
type Links = BTreeMap<String, String>;

/// The files that the links of a commit add.
#[derive(Default)]
pub(super) struct Followed {
    pub(super) files: Files,
    pub(super) skipped: Vec<Skipped>,
}

enum Target {
    File(Entry),
    Folder(String),
}

/// Follows all `links`. One to a folder stands for the files below it, and links to files there;
/// links to folders are followed one deep. Stops soon after there are more than `room` results.
pub(super) fn follow(files: &Files, links: &Links, room: usize) -> Followed {
    let mut followed = Followed::default();
    let mut folders = Links::new();
    for link in links.keys() {
        match resolve(link, files, links) {
            Ok(Target::File(entry)) => drop(followed.files.insert(link.clone(), entry)),
            Ok(Target::Folder(folder)) => drop(folders.insert(link.clone(), folder)),
            Err(reason) => followed.skipped.push(Skipped {
                path: link.clone(),
                reason,
            }),
        }
    }
    let mut copies = Files::new();
    for (link, folder) in &folders {
        for (path, entry) in below(files, folder, link).chain(below(&followed.files, folder, link))
        {
            if copies.len() > room {
                break;
            }
            copies.insert(
                path,
                Entry {
                    kind: FileKind::Link,
                    ..*entry
                },
            );
        }
        let nested = below(&folders, folder, link).take(room);
        let nested = nested.map(|(path, _)| Skipped {
            path,
            reason: SkipReason::LinkNested,
        });
        followed.skipped.extend(nested);
    }
    followed.files.append(&mut copies);
    followed
}

/// The files below `folder`, as if they were below `link`.
fn below<'a, T>(
    all: &'a BTreeMap<String, T>,
    folder: &str,
    link: &'a str,
) -> impl Iterator<Item = (String, &'a T)> + use<'a, T> {
    let inside = format!("{folder}/");
    all.range(inside.clone()..).map_while(move |(path, item)| {
        let rest = path.strip_prefix(&inside)?;
        Some((format!("{link}/{rest}"), item))
    })
}

fn resolve(link: &str, files: &Files, links: &Links) -> Result<Target, SkipReason> {
    let path = real_path(link, links)?;
    if let Some(entry) = files.get(&path) {
        return Ok(Target::File(Entry {
            kind: FileKind::Link,
            ..*entry
        }));
    }
    let inside = format!("{path}/");
    if path.is_empty() || link.starts_with(&inside) {
        return Err(SkipReason::LinkLoop);
    }
    let has_files = files
        .range(inside.clone()..)
        .next()
        .is_some_and(|(file, _)| file.starts_with(&inside));
    if has_files {
        Ok(Target::Folder(path))
    } else {
        Err(SkipReason::LinkDangling)
    }
}

/// Where a link leads, component by component, as a file system would go.
fn real_path(link: &str, links: &Links) -> Result<String, SkipReason> {
    let mut here: Vec<String> = link.split('/').map(str::to_owned).collect();
    let mut ahead: VecDeque<String> = VecDeque::new();
    let mut hops = 0;
    loop {
        if let Some(target) = links.get(&here.join("/")) {
            hops += 1;
            if hops > MOST_HOPS {
                return Err(SkipReason::LinkLoop);
            }
            if target.starts_with('/') {
                return Err(SkipReason::LinkOutside);
            }
            here.pop();
            for part in target.split('/').rev() {
                ahead.push_front(part.to_owned());
            }
        }
        match ahead.pop_front().as_deref() {
            None => return Ok(here.join("/")),
            Some("" | ".") => {}
            Some("..") => drop(here.pop().ok_or(SkipReason::LinkOutside)?),
            Some(name) => here.push(name.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(
        files: &[&str],
        links: &[(&str, &str)],
    ) -> (Vec<String>, Vec<(String, SkipReason)>) {
        let entry = Entry {
            blob: gix::ObjectId::null(gix::hash::Kind::Sha1),
            kind: FileKind::Regular,
        };
        let files = files
            .iter()
            .map(|path| ((*path).to_owned(), entry))
            .collect();
        let links = links
            .iter()
            .map(|(path, to)| ((*path).to_owned(), (*to).to_owned()))
            .collect();
        let followed = follow(&files, &links, 100);
        let skipped = followed
            .skipped
            .into_iter()
            .map(|skipped| (skipped.path, skipped.reason));
        (followed.files.into_keys().collect(), skipped.collect())
    }

    fn reason(files: &[&str], links: &[(&str, &str)]) -> SkipReason {
        followed(files, links).1[0].1
    }

    #[test]
    fn a_link_to_a_file_is_that_file_under_another_name() {
        let (files, skipped) = followed(&["a/x.yml"], &[("b/y.yml", "../a/./x.yml")]);
        assert_eq!((files, skipped), (vec!["b/y.yml".into()], vec![]));
    }

    #[test]
    fn a_link_through_links_is_followed() {
        let links = [("current", "releases/2"), ("app.yml", "current/app.yml")];
        let (files, skipped) = followed(&["releases/2/app.yml"], &links);
        assert_eq!(files, ["app.yml", "current/app.yml"]);
        assert_eq!(skipped, []);
    }

    #[test]
    fn a_link_out_of_the_repository_is_skipped() {
        assert_eq!(reason(&["x"], &[("a", "../x")]), SkipReason::LinkOutside);
        assert_eq!(
            reason(&["x"], &[("a", "/etc/passwd")]),
            SkipReason::LinkOutside
        );
        assert_eq!(
            reason(&["x"], &[("d/a", "../../x")]),
            SkipReason::LinkOutside
        );
    }

    #[test]
    fn a_link_that_goes_round_is_skipped() {
        assert_eq!(
            reason(&["x"], &[("a", "b"), ("b", "a")]),
            SkipReason::LinkLoop
        );
        assert_eq!(reason(&["x"], &[("a", ".")]), SkipReason::LinkLoop);
        assert_eq!(reason(&["d/x"], &[("d/up", "../d")]), SkipReason::LinkLoop);
    }

    #[test]
    fn links_that_grow_without_end_stop() {
        assert_eq!(reason(&["x"], &[("a", "a/a")]), SkipReason::LinkLoop);
    }

    #[test]
    fn a_link_to_nothing_is_skipped() {
        assert_eq!(reason(&["x"], &[("a", "y")]), SkipReason::LinkDangling);
        assert_eq!(reason(&["x"], &[("a", "x/y")]), SkipReason::LinkDangling);
    }

    #[test]
    fn folder_links_are_followed_one_deep() {
        let links = [("one", "d"), ("d/two", "../e"), ("d/file", "../e/y")];
        let (files, skipped) = followed(&["d/x", "e/y"], &links);
        assert_eq!(files, ["d/file", "d/two/y", "one/file", "one/x"]);
        assert_eq!(skipped, [("one/two".into(), SkipReason::LinkNested)]);
    }
}
