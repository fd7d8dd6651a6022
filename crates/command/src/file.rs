//! Reads documents from local files.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use vortex_spring::Format;

use crate::error::Error;

/// The largest document that a server accepts, in bytes.
const LIMIT: u64 = 1 << 20;

/// Reads a document from a file, or from standard input when `path` is `-`.
///
/// Fails when it is larger than any server takes, without reading all of it.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let content = match is_stdin(path) {
        true => bounded(io::stdin().lock()),
        false => File::open(path).and_then(bounded),
    };
    let content = content.map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    if content.len() as u64 > LIMIT {
        return Err(Error::Input {
            code: "DOCUMENT_TOO_LARGE",
            detail: format!("{} is over {LIMIT} bytes", path.display()),
        });
    }
    Ok(content)
}

fn bounded(file: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut content)?;
    Ok(content)
}

/// Whether the path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// A document's content as text.
///
/// Fails with the place where it is none.
pub(crate) fn text(path: &Path, content: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(content).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..valid];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Error::Input {
            code: "DOCUMENT_MALFORMED",
            detail: format!("{} is not UTF-8 in line {line}", path.display()),
        }
    })
}

/// The media type of a document by its file's extension; `None` when that says nothing.
pub(crate) fn media_type(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?;
    Some(match Format::from_extension(extension)? {
        Format::Yaml => "application/yaml",
        Format::Json => "application/json",
        Format::Properties => "text/x-java-properties",
    })
}

/// As [`media_type`], and fails for an extension that no document has. Without one, and for
/// standard input, nothing is known.
pub(crate) fn known_media_type(path: &Path) -> Result<Option<&'static str>, Error> {
    let known = media_type(path);
    match path.extension() {
        Some(extension) if known.is_none() => Err(Error::Input {
            code: "UNSUPPORTED_FORMAT",
            detail: format!(
                "{}: the extension .{} is not one of .{}; say with --media-type what the file holds",
                path.display(),
                extension.display(),
                Format::EXTENSIONS.join(", .")
            ),
        }),
        _ => Ok(known),
    }
}

/// The format of a document by the media type a server told.
pub(crate) fn format(media_type: &str) -> Option<Format> {
    match media_type.split(';').next()?.trim() {
        "application/yaml" => Some(Format::Yaml),
        "application/json" => Some(Format::Json),
        "text/x-java-properties" => Some(Format::Properties),
        _ => None,
    }
}

/// A path as people see it, where `-` is standard input.
pub(crate) fn name(path: &Path) -> PathBuf {
    match is_stdin(path) {
        true => PathBuf::from("(standard input)"),
        false => path.to_owned(),
    }
}
