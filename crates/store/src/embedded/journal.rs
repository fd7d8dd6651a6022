//! Checking the engine's journals before it reads them.
//!
//! A group is written only once the one before it is synced, so at most the last batch of the
//! newest journal can be torn by a power cut, and it was not acknowledged: it is cut off, which
//! the engine does by itself only when no later page of the batch was written before an earlier
//! one. A batch that is broken anywhere else was acknowledged: the engine would drop it silently,
//! with all that follow, so that is refused as damage. A journal that is missing it would not miss
//! at all: hence the number of one that must be there, and the revisions that each batch tells.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use self::batch::Batch;
pub(super) use self::cover::Cover;
use crate::Revision;

mod batch;
mod cover;

/// More than a group can take, with all its framing.
const MAX_TORN_BYTES: usize = 16 << 20;

const CHUNK_BYTES: usize = 64 << 10;

/// Why the journals cannot be used.
pub(super) enum Refused {
    Damaged(PathBuf),
    Missing(PathBuf),
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Journals that are whole but for a batch that was never acknowledged.
pub(super) struct Checked {
    /// The revisions that they hold.
    pub(super) cover: Cover,
    /// The newest, and where to cut it off.
    torn: Option<(PathBuf, u64)>,
}

/// Checks all journals in the engine's folder, of which the newest is number `reached` or later:
/// there is always one, and the engine counts on from it.
pub(super) fn check(engine: &Path, reached: u64) -> Result<Checked, Refused> {
    let mut journals = journals(engine)?;
    let newest = journals.pop();
    let Some(newest) = newest.filter(|path| number(path) >= Some(reached)) else {
        return Err(Refused::Missing(path(engine, reached)));
    };
    let mut cover = Cover::default();
    for path in journals {
        if !scan(&path, &mut cover)?.rest.is_empty() {
            return Err(Refused::Damaged(path));
        }
    }
    let torn = check_newest(&newest, &mut cover)?.map(|end| (newest, end));
    Ok(Checked { cover, torn })
}

/// The number of the newest journal; 0 if there is none.
pub(super) fn newest(engine: &Path) -> io::Result<u64> {
    let newest = journals(engine)?.pop();
    Ok(newest.as_deref().and_then(number).unwrap_or_default())
}

/// Whether the engine has begun the journal after number `n`.
pub(super) fn is_past(engine: &Path, n: u64) -> bool {
    path(engine, n + 1).exists()
}

/// Whether journal number `n` is there.
pub(super) fn is_there(engine: &Path, n: u64) -> bool {
    path(engine, n).exists()
}

/// Cuts off all that follows `revision`, whole or not, so that it never happened. Only while the
/// engine is closed: it may still write what it has in memory.
pub(super) fn cut_after(engine: &Path, revision: Revision) -> io::Result<()> {
    let mut is_after = false;
    for path in journals(engine)? {
        if is_after {
            cut(&path, 0)?;
            continue;
        }
        let (end, found) = end_of(&path, revision)?;
        is_after = found;
        if File::open(&path)?.metadata()?.len() > end {
            cut(&path, end)?;
        }
    }
    Ok(())
}

/// Where the batches up to `revision` end in a journal, and whether there is one after it.
fn end_of(path: &Path, revision: Revision) -> io::Result<(u64, bool)> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut end = 0;
    while let Some(batch) = whole(Batch::read(&mut reader))? {
        if batch.span.is_some_and(|span| span.to > revision) {
            return Ok((end, true));
        }
        end += batch.length;
    }
    Ok((end, false))
}

/// The lengths of the whole batches that a journal begins with.
pub(crate) fn batches(mut journal: &[u8]) -> Vec<u64> {
    let next = || Batch::read(&mut journal).ok();
    std::iter::from_fn(next).map(|batch| batch.length).collect()
}

fn cut(journal: &Path, end: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(journal)?;
    file.set_len(end)?;
    file.sync_all()
}

/// The journals, oldest first.
pub(super) fn journals(engine: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(engine)? {
        let path = entry?.path();
        if let Some(number) = number(&path) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Where journal number `number` is.
pub(super) fn path(engine: &Path, number: u64) -> PathBuf {
    engine.join(format!("{number}.jnl"))
}

fn number(path: &Path) -> Option<u64> {
    path.file_name()?
        .to_str()?
        .strip_suffix(".jnl")?
        .parse()
        .ok()
}

impl Checked {
    /// Cuts the torn batch off.
    pub(super) fn repair(&self) -> io::Result<()> {
        match &self.torn {
            Some((path, end)) => cut(path, *end),
            None => Ok(()),
        }
    }

    /// The journal whose last batch was torn, if one was.
    pub(super) fn into_torn(self) -> Option<PathBuf> {
        self.torn.map(|(path, _)| path)
    }
}

/// Answers where a torn batch begins, if there is one.
fn check_newest(path: &Path, cover: &mut Cover) -> Result<Option<u64>, Refused> {
    let Scan { end, last, rest } = scan(path, cover)?;
    if rest.is_empty() {
        return Ok(None);
    }
    if rest.len() > MAX_TORN_BYTES || holds_batch_after(&rest, last) {
        return Err(Refused::Damaged(path.to_owned()));
    }
    Ok(Some(end))
}

/// What is in a journal.
struct Scan {
    /// Where its whole batches end.
    end: u64,
    /// The number of the last of them.
    last: Option<u64>,
    /// What is after them, but for zeros at the end and no more than is of interest.
    rest: Vec<u8>,
}

fn scan(path: &Path, cover: &mut Cover) -> io::Result<Scan> {
    let file = File::open(path)?;
    let mut reader = BufReader::new(&file);
    let (mut end, mut last) = (0, None);
    while let Some(batch) = whole(Batch::read(&mut reader))? {
        (end, last) = (end + batch.length, Some(batch.number));
        batch.span.into_iter().for_each(|span| cover.add(span));
    }
    Ok(Scan {
        end,
        last,
        rest: read_rest(&file, end)?,
    })
}

/// A batch that is not whole is none; other failures are of the disk.
fn whole(batch: io::Result<Batch>) -> io::Result<Option<Batch>> {
    match batch {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidData | ErrorKind::UnexpectedEof
            ) =>
        {
            Ok(None)
        }
        batch => batch.map(Some),
    }
}

/// Reads what follows `start`. Journals are preallocated, so mostly that is a hole, which is
/// skipped, and zeros, which are not kept at the end.
fn read_rest(mut file: &File, start: u64) -> io::Result<Vec<u8>> {
    let mut rest = Vec::new();
    let mut position = file.seek(SeekFrom::Start(start))?;
    let mut chunk = vec![0; CHUNK_BYTES];
    while rest.len() <= MAX_TORN_BYTES {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        if let Some(last) = chunk[..read].iter().rposition(|&byte| byte != 0) {
            let gap = usize::try_from(position - start).unwrap_or(usize::MAX);
            rest.resize(gap.min(MAX_TORN_BYTES), 0);
            rest.extend_from_slice(&chunk[..=last]);
        }
        match next_data(file, position + read as u64)? {
            Some(data) => position = data,
            None => break,
        }
    }
    Ok(rest)
}

/// Moves on to where the file holds data, at `position` or after it; nowhere if there is no more.
fn next_data(file: &File, position: u64) -> io::Result<Option<u64>> {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(position)) {
        Ok(data) => Ok(Some(data)),
        Err(Errno::NXIO) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

/// Whether a whole batch with a number after `last` begins anywhere in `rest`. A value may hold
/// the bytes of a batch that was in a journal once, hence the number.
fn holds_batch_after(rest: &[u8], last: Option<u64>) -> bool {
    (1..rest.len()).any(|start| {
        let batch = Batch::read(&mut &rest[start..]);
        batch.is_ok_and(|batch| last.is_none_or(|last| batch.number > last))
    })
}

/// Where the batches of a whole journal end.
#[cfg(test)]
pub(super) fn batch_ends(journal: &[u8]) -> Vec<usize> {
    let mut rest = journal;
    let next = || {
        Batch::read(&mut rest)
            .ok()
            .map(|_| journal.len() - rest.len())
    };
    std::iter::from_fn(next).collect()
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
