//! Names that no application or label may have.

/// What the paths of the product's own routes begin with. Spring's routes begin with the name of an
/// application or a label, so none may be called so.
pub const RESERVED: [&str; 8] = [
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
