//! The flat forms, by file extension.

/// A flat form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Nested again, as YAML.
    Yml,
    /// [`Form::Yml`] by its other name.
    Yaml,
    /// Nested again, as JSON.
    Json,
    /// A line for each key.
    Properties,
}

impl Form {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 4] = [Self::Yml, Self::Yaml, Self::Json, Self::Properties];

    /// The form for a file name, by its extension.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "yml" => Some(Self::Yml),
            "yaml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "properties" => Some(Self::Properties),
            _ => None,
        }
    }

    /// The extension, with its dot.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Yml => ".yml",
            Self::Yaml => ".yaml",
            Self::Json => ".json",
            Self::Properties => ".properties",
        }
    }

    /// As Spring's server says it. Clients compare it, so no charset is added.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Yml | Self::Yaml | Self::Properties => "text/plain",
            Self::Json => "application/json",
        }
    }

    /// The route's template, without a label.
    pub(crate) const fn template(self) -> &'static str {
        match self {
            Self::Yml => "/{app}-{profiles}.yml",
            Self::Yaml => "/{app}-{profiles}.yaml",
            Self::Json => "/{app}-{profiles}.json",
            Self::Properties => "/{app}-{profiles}.properties",
        }
    }

    /// The route's template, with a label.
    pub(crate) const fn template_with_label(self) -> &'static str {
        match self {
            Self::Yml => "/{label}/{app}-{profiles}.yml",
            Self::Yaml => "/{label}/{app}-{profiles}.yaml",
            Self::Json => "/{label}/{app}-{profiles}.json",
            Self::Properties => "/{label}/{app}-{profiles}.properties",
        }
    }
}
