//! Values that a setting puts above everything that is served, as Spring's
//! `spring.cloud.config.server.overrides`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use vortex_spring::{File, Format, Origin, ParseError, java_text, parse};

/// The longest file, in bytes.
const LONGEST: u64 = 1 << 20;

/// The file of overrides can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the overrides in {file} can't be used: {why}", file = .file.display())]
pub struct OverridesError {
    file: PathBuf,
    #[source]
    why: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    #[error(transparent)]
    Parse(#[from] ParseError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Reads overrides from a YAML or properties file. All values are text, as Spring has them, and
/// `\${` stands for a `${` that the client resolves.
///
/// # Errors
/// When it can't be read.
pub(crate) fn read(file: &Path) -> Result<File, OverridesError> {
    let read = || -> Result<File, Why> {
        if fs::metadata(file)?.len() > LONGEST {
            return Err(Why::TooLong);
        }
        let format = Format::from_path(&file.to_string_lossy()).unwrap_or(Format::Yaml);
        flat(&parse(format, &fs::read(file)?)?)
    };
    read().map_err(|why| OverridesError {
        file: file.to_owned(),
        why,
    })
}

fn flat(given: &File) -> Result<File, Why> {
    let properties = given.documents.iter().flat_map(|d| &d.properties);
    let values: BTreeMap<&str, String> = properties
        .map(|property| {
            let text = java_text(&property.value);
            let text = text.replace("\\${", "${").replace("\\{", "{");
            (property.key.as_str(), text)
        })
        .collect();
    let mut file = parse(Format::Json, &serde_json::to_vec(&values)?)?;
    for property in file.documents.iter_mut().flat_map(|d| &mut d.properties) {
        property.origin = Origin::NONE;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts_and_may_hold_escaped_placeholders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("overrides.yml");
        fs::write(
            &path,
            "where: {is: here}\nextra.key: 1\nlater: '\\${HOST}'\n",
        )
        .unwrap();
        let file = read(&path).unwrap();
        let properties = file.documents[0].properties.iter();
        let values: Vec<_> = properties
            .map(|p| (p.key.as_str(), p.value.as_str().unwrap()))
            .collect();
        assert_eq!(
            values,
            [
                ("extra.key", "1"),
                ("later", "${HOST}"),
                ("where.is", "here")
            ]
        );
    }

    #[test]
    fn a_file_that_cant_be_read_is_named() {
        let error = read(Path::new("/nowhere/overrides.yml")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/overrides.yml"));
    }
}
