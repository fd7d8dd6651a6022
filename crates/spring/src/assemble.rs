//! The property sources of files that import others or name groups of profiles, in the order in
//! which Spring Boot has them.
//!
//! What is not for a profile is loaded first, with what it imports; then it is known which profiles
//! are active, and what is for these is loaded, that of imported files included. An import is above
//! the document that asks for it. Files for profiles are above all that are not, those of imports
//! above the application's own. Each file is loaded once, where it is first asked for.

use std::collections::HashSet;
use std::sync::Arc;

use crate::candidates::{Candidate, candidates_in};
use crate::document::{Document, File};
use crate::format::Format;
use crate::links::{for_profile, imported};

/// The most files that one configuration may import, whether they are there or not.
const MAX_IMPORTS: usize = 200;
/// The most profiles that groups may make of those that were asked for.
const MAX_PROFILES: usize = 100;

/// A property source: a document of a file, by the file's path.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The path of its file.
    pub path: String,
    /// Which of the file's documents it is, by its position among them.
    pub document: usize,
}

/// The property sources of applications with their profiles, highest first. `find` gives the file
/// at a path, if there is one.
pub fn assemble(
    applications: &[&str],
    profiles: &[&str],
    folders: &[&str],
    find: &mut dyn FnMut(&str) -> Option<Arc<File>>,
) -> Vec<Placed> {
    let mut assembly = Assembly {
        nodes: Vec::new(),
        loaded: HashSet::new(),
        imports: MAX_IMPORTS,
        find,
    };
    let at = |candidates: &[Candidate]| -> Vec<String> {
        let names = candidates.iter().flat_map(Candidate::file_names);
        names.collect()
    };
    let plain = assembly.load(at(&candidates_in(applications, &[], folders)), false);
    assembly.import(&plain, None);
    let active = assembly.expanded(&plain, profiles);
    let active: Vec<&str> = active.iter().map(String::as_str).collect();
    assembly.import(&plain, Some(&active));
    // of the imports, before what is loaded for the applications themselves
    let mut specific = assembly.take_specific(&plain);
    let all = candidates_in(applications, &active, folders);
    let own: Vec<_> = all.into_iter().filter(|c| c.profile.is_some()).collect();
    let own = assembly.load(at(&own), false);
    assembly.import(&own, Some(&active));
    specific.extend(own);
    specific.extend(plain);
    let mut placed = Vec::new();
    assembly.place(&specific, &active, &mut placed);
    placed
}

/// A document with what it imports, by their numbers.
struct Node {
    path: Arc<str>,
    file: Arc<File>,
    document: usize,
    /// Whether its file is for a profile and was imported.
    is_specific: bool,
    /// What was imported before profiles were active, highest first. None until then.
    before: Option<Vec<usize>>,
    /// What was imported when they were.
    after: Option<Vec<usize>>,
}

impl Node {
    fn document(&self) -> &Document {
        &self.file.documents[self.document]
    }

    /// Whether it applies; without profiles, what names any does not.
    fn is_active(&self, profiles: Option<&[&str]>) -> bool {
        let activation = &self.document().activation;
        match profiles {
            Some(profiles) => activation.is_active(profiles),
            None => activation.is_unconditional(),
        }
    }
}

struct Assembly<'f> {
    nodes: Vec<Node>,
    /// The paths that were looked for.
    loaded: HashSet<String>,
    /// How many more files may be looked for as imports.
    imports: usize,
    find: &'f mut dyn FnMut(&str) -> Option<Arc<File>>,
}

impl Assembly<'_> {
    /// Loads files, given highest first: the documents of those that are there, highest first.
    fn load(&mut self, paths: Vec<String>, is_specific: bool) -> Vec<usize> {
        let mut loaded = Vec::new();
        for path in paths {
            if Format::from_path(&path).is_none() || !self.loaded.insert(path.clone()) {
                continue;
            }
            let Some(file) = (self.find)(&path) else {
                continue;
            };
            let path: Arc<str> = path.into();
            for document in (0..file.documents.len()).rev() {
                loaded.push(self.nodes.len());
                self.nodes.push(Node {
                    path: path.clone(),
                    file: file.clone(),
                    document,
                    is_specific,
                    before: None,
                    after: None,
                });
            }
        }
        loaded
    }

    /// Imports what documents and their imports ask for, with these profiles or before any are
    /// active. Each file is imported once, so this ends.
    fn import(&mut self, nodes: &[usize], profiles: Option<&[&str]>) {
        for &node in nodes {
            let of_imports = [&self.nodes[node].after, &self.nodes[node].before];
            let children: Vec<usize> = of_imports
                .into_iter()
                .flatten()
                .flatten()
                .copied()
                .collect();
            self.import(&children, profiles);
            if !self.nodes[node].is_active(profiles) {
                continue;
            }
            let imports = self.nodes[node].document().imports();
            if imports.is_empty() {
                continue;
            }
            let loaded = self.load_imports(node, imports, profiles);
            match profiles {
                None => self.nodes[node].before = Some(loaded.clone()),
                Some(_) => self.nodes[node].after = Some(loaded.clone()),
            }
            self.import(&loaded, profiles);
        }
    }

    fn load_imports(
        &mut self,
        node: usize,
        imports: Vec<String>,
        profiles: Option<&[&str]>,
    ) -> Vec<usize> {
        let from = self.nodes[node].path.clone();
        let mut loaded = Vec::new();
        for location in imports.iter().rev() {
            let Some(path) = imported(&from, location) else {
                continue;
            };
            for profile in profiles.into_iter().flatten().rev() {
                loaded.extend(self.load_import(for_profile(&path, profile), true));
            }
            loaded.extend(self.load_import(path, false));
        }
        loaded
    }

    fn load_import(&mut self, path: String, is_specific: bool) -> Vec<usize> {
        match self.imports.checked_sub(1) {
            Some(left) => {
                self.imports = left;
                self.load(vec![path], is_specific)
            }
            None => Vec::new(),
        }
    }

    /// The profiles that are active: those asked for, each followed by the members of its group.
    /// Asked for `default`, a client wants to know first which profiles there are.
    fn expanded(&self, nodes: &[usize], profiles: &[&str]) -> Vec<String> {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        let is_default = profiles
            .first()
            .is_none_or(|p| p.eq_ignore_ascii_case("default"));
        if !is_default {
            self.groups(nodes, &mut groups);
        }
        let mut expanded: Vec<String> = Vec::new();
        let mut rest: Vec<&str> = profiles.iter().rev().copied().collect();
        while let Some(profile) = rest.pop() {
            if expanded.iter().any(|other| other == profile) || expanded.len() == MAX_PROFILES {
                continue;
            }
            expanded.push(profile.to_owned());
            let members = groups.iter().find(|(name, _)| name == profile);
            let members = members.into_iter().flat_map(|(_, members)| members);
            rest.extend(members.map(String::as_str).rev());
        }
        expanded
    }

    /// The groups of documents and of what they import, each from the highest document with it.
    fn groups(&self, nodes: &[usize], groups: &mut Vec<(String, Vec<String>)>) {
        for &node in nodes {
            let node = &self.nodes[node];
            self.groups(node.before.as_deref().unwrap_or_default(), groups);
            if !node.is_active(None) {
                continue;
            }
            for (name, members) in node.document().groups() {
                if !groups.iter().any(|(other, _)| *other == name) {
                    groups.push((name, members));
                }
            }
        }
    }

    /// Takes from documents the imports that are for profiles.
    fn take_specific(&mut self, nodes: &[usize]) -> Vec<usize> {
        let mut taken = Vec::new();
        for &node in nodes {
            let before = self.nodes[node].before.take();
            let after = self.nodes[node].after.take();
            self.nodes[node].before = before.map(|nodes| self.without_specific(nodes, &mut taken));
            self.nodes[node].after = after.map(|nodes| self.without_specific(nodes, &mut taken));
        }
        taken
    }

    fn without_specific(&self, nodes: Vec<usize>, taken: &mut Vec<usize>) -> Vec<usize> {
        let is_specific = |node: &usize| self.nodes[*node].is_specific;
        let (specific, others): (Vec<_>, Vec<_>) = nodes.into_iter().partition(is_specific);
        taken.extend(specific);
        others
    }

    /// Places documents, highest first: each behind what it imports.
    fn place(&self, nodes: &[usize], profiles: &[&str], placed: &mut Vec<Placed>) {
        for &number in nodes {
            let node = &self.nodes[number];
            self.place(node.after.as_deref().unwrap_or_default(), profiles, placed);
            self.place(node.before.as_deref().unwrap_or_default(), profiles, placed);
            if node.is_active(Some(profiles)) {
                placed.push(Placed {
                    path: node.path.to_string(),
                    document: node.document,
                });
            }
        }
    }
}
