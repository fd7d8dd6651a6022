//! What each call of the contract needs, in words and as an option: the same.

#![allow(clippy::unwrap_used)] // all of this is test code

use std::collections::BTreeMap;

use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use vortex_kit::grpc::Methods;

/// The beginning of the one sentence that says it.
const SENTENCE: &str = "Needs the role `";
/// How it goes on where the role is needed for everything.
const OF_EVERYTHING: &str = " of everything";
/// The numbers of a file's services, and of a service's methods, in the paths of its locations.
const SERVICES: i32 = 6;
const METHODS: i32 = 2;

/// The comment above each method, by the method's path.
fn comments() -> BTreeMap<String, String> {
    let set = FileDescriptorSet::decode(vortex_proto::DESCRIPTORS).unwrap();
    set.file.iter().flat_map(of_file).collect()
}

fn of_file(file: &FileDescriptorProto) -> BTreeMap<String, String> {
    let source = file.source_code_info.iter();
    let locations = source.flat_map(|info| &info.location);
    let commented = locations.filter_map(|location| {
        let [SERVICES, service, METHODS, method] = location.path[..] else {
            return None;
        };
        let service = &file.service[usize::try_from(service).unwrap()];
        let method = &service.method[usize::try_from(method).unwrap()];
        let (package, service, method) = (file.package(), service.name(), method.name());
        let words = location.leading_comments().split_whitespace();
        let comment = words.collect::<Vec<_>>().join(" ");
        Some((format!("/{package}.{service}/{method}"), comment))
    });
    commented.collect()
}

/// What a comment says is needed: each role, and whether it is of everything.
fn said(comment: &str) -> Vec<(String, bool)> {
    let sentences = comment.split(SENTENCE).skip(1);
    let said = sentences.map(|rest| {
        let (role, rest) = rest.split_once('`').unwrap_or((rest, ""));
        (role.to_owned(), rest.starts_with(OF_EVERYTHING))
    });
    said.collect()
}

#[test]
fn each_method_says_in_words_what_its_option_says() {
    let methods = Methods::from_descriptors(vortex_proto::DESCRIPTORS).unwrap();
    let comments = comments();
    let mut judged = 0;
    for path in methods.paths() {
        let Some(rule) = methods.rule(path) else {
            continue;
        };
        judged += 1;
        let expected = (rule.role().to_string(), rule.is_of_everything());
        let comment = &comments[path];
        assert_eq!(said(comment), [expected], "{path}: {comment}");
    }
    assert!(judged > 50, "{judged} methods have an option");
}

#[test]
fn sentences_are_read_as_they_are_written() {
    let of = |role: &str, everything| (role.to_owned(), everything);
    assert_eq!(said("Reads one. Fails."), []);
    assert_eq!(
        said("Needs the role `admin` with scopes. Fails."),
        [of("admin", false)]
    );
    assert_eq!(
        said("Needs the role `operator` of everything. Needs the role `reader`."),
        [of("operator", true), of("reader", false)]
    );
}
