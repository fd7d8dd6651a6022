//! Names that no application or label may have.

/// The first parts of our own routes. Spring's routes begin with the name of an application or a
/// label, so neither may have one of these names.
const RESERVED: [&str; 8] = [
    "api",
    "ws",
    "health",
    "metrics",
    "heartbeat",
    "encrypt",
    "decrypt",
    "monitor",
];

/// Whether the product keeps a name for its own routes.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}
