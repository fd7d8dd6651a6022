//! Reads the types of the REST contract strictly. They skip unknown members and keep unknown names;
//! in a request either is refused, so that nothing in it is overlooked.

use serde::{
    Deserialize,
    de::{DeserializeOwned, Deserializer, IntoDeserializer, value},
};
use vortex_kit::error::Fault;

use super::{
    walk::{self, Names, Rule},
    wording,
};

/// A value without unknown members or names, at any depth.
#[derive(Debug)]
pub(crate) struct Strict<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        walk::read(deserializer, OnlyKnown).map(Self)
    }
}

/// Reads a name that is given in `field`, and has to be known.
pub(crate) fn name<T: DeserializeOwned>(field: &str, text: &str) -> Result<T, Fault> {
    let name = Strict::<T>::deserialize(text.into_deserializer());
    let Strict(name) = name.map_err(|error: value::Error| {
        let said = error.to_string();
        wording::fault(field, "", &said)
    })?;
    Ok(name)
}

/// Reads names that are given in `field`, separated by commas.
pub(crate) fn names<T: DeserializeOwned>(field: &str, list: &str) -> Result<Vec<T>, Fault> {
    let texts = list.split(',').filter(|text| !text.is_empty());
    texts.map(|text| name(field, text)).collect()
}

/// Lets nothing through that a type does not know.
#[derive(Clone, Copy)]
struct OnlyKnown;

impl Rule for OnlyKnown {
    fn allowed(self, known: Names) -> Option<Names> {
        Some(known)
    }

    fn skipped(self) {}
}

#[cfg(test)]
mod tests {
    use serde_json::Error as JsonError;
    use vortex_rest::{RolloutStage, RolloutState};

    use super::*;

    fn stages(json: &str) -> Result<Vec<RolloutStage>, JsonError> {
        serde_json::from_str(json).map(|Strict(stages)| stages)
    }

    #[test]
    fn what_a_tolerant_type_skips_is_refused_with_its_place() {
        let json = "[{\"percentage\": 1},\n{\"percentage\": 2, \"for\": \"1s\"}]";
        assert_eq!(
            serde_json::from_str::<Vec<RolloutStage>>(json)
                .unwrap()
                .len(),
            2
        );
        assert_eq!(
            stages(json).unwrap_err().to_string(),
            "unknown field `for`, expected one of `name`, `percentage`, `min_duration` at line 2 \
             column 23"
        );
        let known = r#"[{"name": "a", "percentage": 1, "min_duration": "1s"}]"#;
        assert_eq!(
            stages(known).unwrap(),
            serde_json::from_str::<Vec<_>>(known).unwrap()
        );
    }

    #[test]
    fn a_name_that_a_tolerant_type_keeps_is_refused_with_those_that_are_known() {
        let read = |json| serde_json::from_str::<Option<Strict<RolloutState>>>(json);
        let error = read("\"new\"").unwrap_err().to_string();
        assert!(
            error.starts_with("unknown variant `new`, expected one of `created`, `running`"),
            "{error}"
        );
        assert_eq!(read("\"paused\"").unwrap().unwrap().0, RolloutState::Paused);
        assert!(read("null").unwrap().is_none());
        assert!(read("3").is_err());
    }
}
