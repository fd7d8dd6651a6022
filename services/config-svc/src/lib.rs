//! The configuration service.
