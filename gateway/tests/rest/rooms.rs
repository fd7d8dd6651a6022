//! The gateway's rooms, the top modules of its sources, use each other in one direction only.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// For each room, the rooms that it names by `crate::`.
type Uses = BTreeMap<String, BTreeSet<String>>;

fn collect(folder: &Path, room: Option<&str>, uses: &mut Uses) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let room = room.unwrap_or(&stem);
        match path.is_dir() {
            true => collect(&path, Some(room), uses),
            false => {
                let source = fs::read_to_string(&path).unwrap();
                let named = source.split("crate::").skip(1).flat_map(named);
                uses.entry(room.to_owned()).or_default().extend(named);
            }
        }
    }
}

/// The modules after `crate::`: one, or those of a list in braces.
fn named(after: &str) -> Vec<String> {
    let mut depth = 0;
    let mut list = String::new();
    for character in after.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ';' => break,
            other if depth == 0 || (depth == 1 && after.starts_with('{')) => list.push(other),
            _ => {}
        }
        if depth == 0 && !(character.is_alphanumeric() || character == '_') {
            break;
        }
    }
    let names = list.split(',').filter_map(|item| item.split("::").next());
    names.map(|name| name.trim().to_owned()).collect()
}

/// A way from `room` back to itself.
fn circle(room: &str, uses: &Uses, way: &mut Vec<String>) -> bool {
    let Some(used) = uses.get(way.last().map_or(room, String::as_str)) else {
        return false;
    };
    for next in used {
        if way.contains(next) {
            continue;
        }
        way.push(next.clone());
        if next == room || circle(room, uses, way) {
            return true;
        }
        way.pop();
    }
    false
}

#[test]
fn no_room_is_used_by_one_that_it_uses() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut uses = Uses::new();
    collect(&sources, None, &mut uses);
    let rooms: BTreeSet<String> = uses.keys().cloned().collect();
    for (room, used) in &mut uses {
        used.retain(|other| other != room && rooms.contains(other));
    }
    assert!(uses["serve"].contains("api") && uses["api"].contains("feeds"));
    for room in uses.keys() {
        let mut way = Vec::new();
        assert!(!circle(room, &uses, &mut way), "{room} -> {way:?}");
    }
}
