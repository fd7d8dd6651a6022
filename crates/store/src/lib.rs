//! A small revisioned key-value store with durable group commits.
