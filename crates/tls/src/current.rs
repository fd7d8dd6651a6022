//! What files held when they were last good.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::{Certificate, Contents, Error, contents::Digest};

/// Looks in a row at files that can't be used, before it is told: a rotation replaces one file
/// after the other, and may be seen half-way.
const PATIENCE: u32 = 2;

/// Files that something is made of.
pub trait Source: fmt::Debug + Send + Sync + 'static {
    /// What is made of them.
    type Loaded: fmt::Debug + Send + Sync;

    /// Which files these are.
    fn files(&self) -> Vec<&Path>;

    /// Makes it of what they hold.
    ///
    /// # Errors
    /// When they hold something else.
    fn load(&self, contents: &Contents, now: Timestamp) -> Result<Self::Loaded, Error>;

    /// The certificate in it.
    fn certificate(loaded: &Self::Loaded) -> Option<&Certificate>;
}

/// Something that is made of files, by what they held when they were last good.
#[derive(Debug)]
pub struct Current<S: Source> {
    source: S,
    loaded: ArcSwap<S::Loaded>,
    looks: Mutex<Looks>,
}

/// The looks so far.
#[derive(Debug)]
struct Looks {
    /// Of what is in force.
    digest: Digest,
    /// Looks in a row that found files which can't be used.
    faults: u32,
}

/// What a look at the files found.
#[derive(Debug)]
pub enum Look {
    /// What was there before, or what may be half of a change.
    Nothing,
    /// Something new, which is in force.
    Renewed,
    /// For the second time in a row something that can't be used; told once.
    Faulty(Error),
}

impl<S: Source> Current<S> {
    /// Reads the files.
    ///
    /// # Errors
    /// When they can't be used.
    pub fn load(source: S, now: Timestamp) -> Result<Self, Error> {
        let contents = Contents::read(source.files())?;
        let loaded = source.load(&contents, now)?;
        let digest = contents.digest();
        Ok(Self {
            source,
            loaded: ArcSwap::from_pointee(loaded),
            looks: Mutex::new(Looks { digest, faults: 0 }),
        })
    }

    /// What is in force.
    pub fn get(&self) -> Arc<S::Loaded> {
        self.loaded.load_full()
    }

    /// The certificate in force.
    pub fn certificate(&self) -> Option<Certificate> {
        S::certificate(&self.loaded.load()).cloned()
    }

    /// Looks whether the files hold something new, and puts it into force. It reads files, and
    /// blocks.
    pub fn look(&self, now: Timestamp) -> Look {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        match self.renewed(looks.digest, now) {
            Ok(None) => {
                looks.faults = 0;
                Look::Nothing
            }
            Ok(Some((loaded, digest))) => {
                self.loaded.store(Arc::new(loaded));
                *looks = Looks { digest, faults: 0 };
                Look::Renewed
            }
            Err(error) => {
                looks.faults = looks.faults.saturating_add(1);
                match looks.faults == PATIENCE {
                    true => Look::Faulty(error),
                    false => Look::Nothing,
                }
            }
        }
    }

    /// Whether the files hold what can't be used, and what was there before is kept.
    pub fn is_faulty(&self) -> bool {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.faults >= PATIENCE
    }

    fn renewed(
        &self,
        before: Digest,
        now: Timestamp,
    ) -> Result<Option<(S::Loaded, Digest)>, Error> {
        let contents = Contents::read(self.source.files())?;
        let digest = contents.digest();
        match digest == before {
            true => Ok(None),
            false => Ok(Some((self.source.load(&contents, now)?, digest))),
        }
    }
}
