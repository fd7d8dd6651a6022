//! The formats of configuration files, by extension.

/// A format of configuration files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML 1.1, with any number of documents: `.yml` and `.yaml`.
    Yaml,
    /// Java properties, with documents between `#---` lines: `.properties`.
    Properties,
    /// One JSON object: `.json`.
    ///
    /// Spring takes no `.json` file for configuration, so in a source's files
    /// it is plain text; only documents written through the API are read so.
    Json,
}

impl Format {
    /// The extensions of configuration files, highest precedence first.
    pub const EXTENSIONS: [&'static str; 4] = ["properties", "yml", "yaml", "json"];

    /// The format of a file by its extension (without the dot), which is
    /// case-sensitive as Spring has it.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension {
            "properties" => Some(Self::Properties),
            "yml" | "yaml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The format of a file by its path.
    pub fn from_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, extension) = name.rsplit_once('.')?;
        Self::from_extension(extension)
    }
}
