//! Configurations whose documents import others or name groups of profiles: which documents take
//! part, and the order of their property sources. Most have none, and are not looked at twice.

use std::{collections::HashMap, sync::Arc};

use quick_cache::sync::Cache;
use vortex_kit::compute::Compute;
use vortex_spring::{File, Format, assemble};

use super::{ReadError, parsed_files::ParsedFiles, weight::Weighed};
use crate::domain::{
    App, Arms, Basis, BasisEntry, Label, Profile, ReadRefused, Scope, Sha256, State, ViewKey,
    entry_at, folders,
};

/// The contents of which it is remembered whether they link to others.
const REMEMBERED: usize = 65_536;

/// Which contents import files or name groups.
pub(super) struct LinkingContents(Cache<(Sha256, Format), bool>);

/// The order of property sources: the part that each is of, and its position among the part's
/// documents. Highest first.
pub(super) type Placing = Vec<(usize, usize)>;

/// A view as of a state, for readers on some arms.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    pub(super) state: &'a State,
    pub(super) key: &'a ViewKey,
    pub(super) scope: &'a Scope,
    pub(super) arms: &'a Arms,
}

impl Read<'_> {
    fn folders(&self, label: &Label) -> Vec<String> {
        match self.state.label(label.as_str()) {
            Some((name, label)) => folders(self.state, name, label, self.key),
            None => Vec::new(),
        }
    }
}

impl Default for LinkingContents {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl LinkingContents {
    /// Adds to a basis what its documents ask for. None if they ask for nothing.
    pub(super) async fn follow(
        &self,
        read: Read<'_>,
        basis: &mut Basis,
        files: &ParsedFiles,
        compute: &Compute,
    ) -> Result<Option<Placing>, ReadError> {
        let mut links = false;
        for entry in &basis.entries {
            links |= self.link(basis, entry, files, compute).await?;
        }
        if !links {
            return Ok(None);
        }
        let mut documents = Documents::default();
        for entry in &basis.entries {
            documents.load(basis, entry.clone(), files, compute).await?;
        }
        loop {
            let (placed, wanted) = documents.assemble(read, basis)?;
            if wanted.is_empty() {
                return Ok(Some(documents.place(basis, placed)));
            }
            for entry in wanted {
                documents.load(basis, entry, files, compute).await?;
            }
        }
    }

    async fn link(
        &self,
        basis: &Basis,
        entry: &BasisEntry,
        files: &ParsedFiles,
        compute: &Compute,
    ) -> Result<bool, ReadError> {
        let content = (entry.content.sha256, entry.format);
        if let Some(known) = self.0.get(&content) {
            return Ok(known);
        }
        let label = &basis.labels[entry.label].name;
        let file = files.get(compute, label, &entry.path, content.0, content.1);
        let links = file.await?.has_links();
        self.0.insert(content, links);
        Ok(links)
    }
}

/// A source: its label, its path, and its position among its file's documents.
type Source = (usize, String, usize);

/// The documents that were found so far, by label and path.
#[derive(Default)]
struct Documents {
    found: HashMap<(usize, String), (BasisEntry, Arc<File>)>,
    weight: Weighed,
}

impl Documents {
    async fn load(
        &mut self,
        basis: &Basis,
        entry: BasisEntry,
        files: &ParsedFiles,
        compute: &Compute,
    ) -> Result<(), ReadError> {
        let (sha256, format) = (entry.content.sha256, entry.format);
        let label = &basis.labels[entry.label].name;
        let file = files
            .get(compute, label, &entry.path, sha256, format)
            .await?;
        self.weight.add(&file)?;
        let place = (entry.label, entry.path.to_string());
        self.found.insert(place, (entry, file));
        Ok(())
    }

    /// The sources as far as they are known, and the documents that have to be read to know more.
    fn assemble(
        &self,
        read: Read<'_>,
        basis: &Basis,
    ) -> Result<(Vec<Source>, Vec<BasisEntry>), ReadRefused> {
        let apps: Vec<&str> = read.key.apps.iter().map(App::as_str).collect();
        let profiles: Vec<&str> = read.key.profiles.iter().map(Profile::as_str).collect();
        let (mut sources, mut wanted, mut refused) = (Vec::new(), Vec::new(), None);
        for label in (0..basis.labels.len()).rev() {
            let folders = read.folders(&basis.labels[label].name);
            let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
            let placed = assemble(&apps, &profiles, &folders, &mut |path| {
                if let Some((_, file)) = self.found.get(&(label, path.to_owned())) {
                    return Some(file.clone());
                }
                match entry_at(
                    read.state,
                    label,
                    &basis.labels[label].name,
                    path,
                    read.scope,
                    read.arms,
                ) {
                    Ok(entry) => wanted.extend(entry),
                    Err(error) => refused = refused.take().or(Some(error)),
                }
                None
            });
            sources.extend(placed.into_iter().map(|p| (label, p.path, p.document)));
        }
        match refused {
            Some(refused) => Err(refused),
            None => Ok((sources, wanted)),
        }
    }

    /// Puts the documents into the basis, in the order of their first sources; those without any
    /// last. Gives the order of the sources.
    fn place(self, basis: &mut Basis, sources: Vec<Source>) -> Placing {
        let first = basis.overrides.len();
        let mut entries: Vec<BasisEntry> = Vec::new();
        let mut parts: HashMap<(usize, String), usize> = HashMap::new();
        let mut placing = Vec::new();
        for (label, path, document) in sources {
            let place = (label, path);
            let Some((entry, _)) = self.found.get(&place) else {
                continue;
            };
            let part = *parts.entry(place).or_insert_with(|| {
                entries.push(entry.clone());
                first + entries.len() - 1
            });
            placing.push((part, document));
        }
        let others = basis.entries.iter().filter(|entry| {
            let place = (entry.label, entry.path.to_string());
            !parts.contains_key(&place)
        });
        entries.extend(others.cloned());
        basis.entries = entries;
        placing
    }
}
