//! What a document asks for beside itself: files by `spring.config.import`, and profiles by
//! `spring.profiles.group`.

use crate::document::{Document, File, Property};
use crate::java;

const IMPORT: [&str; 3] = ["spring", "config", "import"];
const GROUP: [&str; 3] = ["spring", "profiles", "group"];
/// What an import begins with that need not be there. None need be here.
const OPTIONAL: &str = "optional:";

impl File {
    /// Whether any document imports a file or names a group of profiles.
    pub fn has_links(&self) -> bool {
        let properties = self.documents.iter().flat_map(|d| &d.properties);
        properties
            .filter(|property| may_link(property))
            .any(|property| is(property, IMPORT) || is(property, GROUP))
    }
}

impl Document {
    /// What the document imports, in the order it is written, the last highest.
    pub(crate) fn imports(&self) -> Vec<String> {
        let properties = self.properties.iter().filter(|p| may_link(p));
        let imports = properties.filter(|property| is(property, IMPORT));
        imports.flat_map(|property| items(property, ',')).collect()
    }

    /// The profiles that are active when another is, by that one's name.
    pub(crate) fn groups(&self) -> Vec<(String, Vec<String>)> {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        let properties = self.properties.iter().filter(|p| may_link(p));
        for property in properties.filter(|property| is(property, GROUP)) {
            let Some(name) = name(&property.key) else {
                continue;
            };
            match groups.iter_mut().find(|(other, _)| other == name) {
                Some((_, members)) => members.extend(items(property, ',')),
                None => groups.push((name.to_owned(), items(property, ',').collect())),
            }
        }
        groups
    }
}

/// Nearly no key passes: look before spending on its canonical form.
fn may_link(property: &Property) -> bool {
    property.key.starts_with(['s', 'S'])
}

/// Whether a key is one, or an element of it, as Spring's relaxed binding compares keys.
fn is(property: &Property, wanted: [&str; 3]) -> bool {
    let mut parts = property.key.split(['.', '[']);
    wanted
        .iter()
        .all(|wanted| parts.next().is_some_and(|part| canonical(part) == *wanted))
}

fn canonical(part: &str) -> String {
    part.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The name of a group: what follows the third dot, without the index of an element.
fn name(key: &str) -> Option<&str> {
    let name = key.splitn(4, '.').nth(3)?;
    let name = name.split('[').next().unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

fn items(property: &Property, separator: char) -> impl Iterator<Item = String> + use<> {
    let text = java::text(&property.value);
    let items = text.split(separator).map(|item| item.trim().to_owned());
    let items: Vec<_> = items.filter(|item| !item.is_empty()).collect();
    items.into_iter()
}

/// The path of a file that is imported from another one. None for what is not in the repository:
/// locations with a scheme, absolute ones, and those that lead out of it; for folders, and for
/// files of which it is not known how to read them.
pub(crate) fn imported(from: &str, location: &str) -> Option<String> {
    let location = location.strip_prefix(OPTIONAL).unwrap_or(location);
    if location.contains([':', '\\', '{', '*']) || location.starts_with('/') {
        return None;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in location.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    let is_file = !location.ends_with('/');
    (is_file && is_configuration(&path)).then_some(path)
}

fn is_configuration(path: &str) -> bool {
    [".yml", ".yaml", ".properties"]
        .iter()
        .any(|extension| path.ends_with(extension))
}

/// The path of a file for a profile: `orders-dev.yml` of `orders.yml`.
pub(crate) fn for_profile(path: &str, profile: &str) -> String {
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    [stem, "-", profile, ".", extension].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, parse};

    fn document(text: &str) -> Document {
        let file = parse(Format::Yaml, text.as_bytes()).expect("a file");
        assert!(file.has_links());
        file.documents.into_iter().next().expect("a document")
    }

    #[test]
    fn imports_are_a_text_or_a_list() {
        assert_eq!(
            document("spring.config.import: 'a.yml, optional:b.yml'").imports(),
            ["a.yml", "optional:b.yml"]
        );
        assert_eq!(
            document("Spring: {Config: {import: [a.yml, b.yml]}}").imports(),
            ["a.yml", "b.yml"]
        );
    }

    #[test]
    fn groups_have_their_members_in_order() {
        assert_eq!(
            document("spring.profiles.group: {prod: [east, west], qa: 'a,b'}").groups(),
            [
                (
                    "prod".to_owned(),
                    vec!["east".to_owned(), "west".to_owned()]
                ),
                ("qa".to_owned(), vec!["a".to_owned(), "b".to_owned()]),
            ]
        );
    }

    #[test]
    fn an_import_is_looked_for_beside_its_file_and_never_outside() {
        let imported = |location| imported("conf/orders.yml", location);
        assert_eq!(imported("a.yml").as_deref(), Some("conf/a.yml"));
        assert_eq!(
            imported("optional:./x/a.yml").as_deref(),
            Some("conf/x/a.yml")
        );
        assert_eq!(imported("../a.properties").as_deref(), Some("a.properties"));
        for outside in [
            "../../a.yml",
            "/etc/a.yml",
            "file:/a.yml",
            "https://host/a.yml",
            "configserver:",
            "folder/",
            "a.txt",
        ] {
            assert_eq!(imported(outside), None, "{outside}");
        }
        assert_eq!(for_profile("conf/a.yml", "dev"), "conf/a-dev.yml");
    }
}
