//! The embedded engine keeps the contract.

#![allow(clippy::expect_used)] // A fixture that fails has failed the test.

use std::sync::Arc;

use tempfile::TempDir;
use vortex_store::contract::Engine;
use vortex_store::{Embedded, Options, Store, contract_tests};

struct InFolder;

impl Engine for InFolder {
    type Place = TempDir;
    const CASES: u32 = 64;

    fn place() -> TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn open(place: &TempDir) -> Arc<dyn Store> {
        Arc::new(Embedded::open(place.path(), Options::default()).expect("the folder opens"))
    }
}

contract_tests!(InFolder);
