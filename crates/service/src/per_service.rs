//! A value for each service.

use std::ops::Index;

use serde::{Serialize, Serializer};

use crate::ServiceName;

/// A value for each service of the mesh. Serializes as a map from their names.
#[derive(Clone, Debug, PartialEq, Eq)]
// one for each of `ServiceName::ALL`, in its order: nothing makes it with fewer
pub struct PerService<T>(Vec<T>);

impl<T> PerService<T> {
    /// Makes a value for each service.
    pub fn from_fn(make: impl FnMut(ServiceName) -> T) -> Self {
        Self(ServiceName::ALL.into_iter().map(make).collect())
    }

    /// Makes a value for each service, or stops at the first error.
    ///
    /// # Errors
    /// When `make` fails for one of them.
    pub fn try_from_fn<E>(make: impl FnMut(ServiceName) -> Result<T, E>) -> Result<Self, E> {
        let made: Result<_, E> = ServiceName::ALL.into_iter().map(make).collect();
        Ok(Self(made?))
    }

    /// Converts each value.
    pub fn map<U>(&self, with: impl FnMut(&T) -> U) -> PerService<U> {
        PerService(self.0.iter().map(with).collect())
    }

    /// Each service with its value, in the order of [`ServiceName::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (ServiceName, &T)> {
        ServiceName::ALL.into_iter().zip(&self.0)
    }
}

impl<T> IntoIterator for PerService<T> {
    type Item = (ServiceName, T);
    type IntoIter = std::iter::Zip<
        std::array::IntoIter<ServiceName, { ServiceName::ALL.len() }>,
        std::vec::IntoIter<T>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        ServiceName::ALL.into_iter().zip(self.0)
    }
}

impl<T> Index<ServiceName> for PerService<T> {
    type Output = T;

    fn index(&self, name: ServiceName) -> &T {
        &self.0[name as usize]
    }
}

impl<T: Serialize> Serialize for PerService<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_finds_its_own_value() {
        let names = PerService::from_fn(ServiceName::as_str);
        for name in ServiceName::ALL {
            assert_eq!(names[name], name.as_str());
        }
    }

    #[test]
    fn a_table_serializes_by_name() {
        let offsets = PerService::from_fn(ServiceName::port_offset);
        let json = serde_json::to_string(&offsets).unwrap();
        assert_eq!(
            json,
            r#"{"config-svc":1,"drift-svc":3,"rollout-svc":2,"heartbeat-ingest":4}"#
        );
    }

    #[test]
    fn the_first_failure_is_the_tables() {
        let refused: Result<PerService<()>, _> = PerService::try_from_fn(Err);
        assert_eq!(refused, Err(ServiceName::Config));
    }
}
