#[path = "tls/channels.rs"]
mod channels;
#[path = "tls/handshakes.rs"]
mod handshakes;
#[path = "tls/pki.rs"]
mod pki;
#[path = "tls/reload.rs"]
mod reload;
#[path = "tls/streams.rs"]
mod streams;
#[path = "tls/world.rs"]
mod world;
