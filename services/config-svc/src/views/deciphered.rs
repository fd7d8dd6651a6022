//! A cache of files whose encrypted values are decrypted, by their content's hash. They are in
//! memory alone: the store has what was written.

use std::sync::Arc;

use quick_cache::sync::Cache;
use vortex_kit::compute::{self, Compute};
use vortex_spring::{File, Format};

use super::parsed_files::Weight;
use crate::{ciphers::Ciphers, domain::Sha256};

/// About how many bytes the cached files may take.
const CACHE_BYTES: u64 = 32 << 20;
/// The number of files that the cache's tables are sized for.
const EXPECTED_FILES: usize = 1024;
/// The most keys that are named in the log.
const NAMED: usize = 10;

pub(super) struct DecipheredFiles {
    ciphers: Ciphers,
    files: Cache<(Sha256, Format), Arc<File>, Weight>,
}

impl DecipheredFiles {
    pub(super) fn new(ciphers: Ciphers) -> Self {
        Self {
            ciphers,
            files: Cache::with_weighter(EXPECTED_FILES, CACHE_BYTES, Weight),
        }
    }

    /// The file with its values decrypted; the same one if none is encrypted, or they are served
    /// as they are written. RSA takes a millisecond for each value, so it is done on a compute
    /// thread.
    pub(super) async fn get(
        &self,
        compute: &Compute,
        path: &str,
        key: (Sha256, Format),
        file: Arc<File>,
    ) -> Result<Arc<File>, compute::Refused> {
        if !self.ciphers.are_decrypted() || !file.has_ciphers() {
            return Ok(file);
        }
        if let Some(deciphered) = self.files.get(&key) {
            return Ok(deciphered);
        }
        let ciphers = self.ciphers.clone();
        let deciphered = compute.run(move |_| decipher(&ciphers, &file)).await?;
        if !deciphered.failed.is_empty() {
            warn(path, &deciphered.failed);
        }
        let file = Arc::new(deciphered.file);
        self.files.insert(key, file.clone());
        Ok(file)
    }
}

fn decipher(ciphers: &Ciphers, file: &File) -> vortex_spring::Deciphered {
    file.decipher(&mut |text| ciphers.decrypt(text).ok())
}

fn warn(path: &str, failed: &[String]) {
    let keys = &failed[..failed.len().min(NAMED)];
    tracing::warn!(
        path,
        count = failed.len(),
        ?keys,
        "encrypted values can't be decrypted; they are served as invalid.KEY: <n/a>"
    );
}
