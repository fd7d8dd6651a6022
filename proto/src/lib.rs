//! The wire contract: what the services of the mesh say to each other.
//!
//! The `.proto` files beside this crate are the documentation; this crate
//! holds what is generated from them, and how their times are read.

/// Access: API keys, and what a call needs, as an option of its method.
pub mod access {
    /// `vortex.access.v1`
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        tonic::include_proto!("vortex.access.v1");
    }
}

/// Configuration: documents, change sets, reads, watches and sources.
pub mod config {
    /// `vortex.config.v1`
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        tonic::include_proto!("vortex.config.v1");
    }
}

/// Drift: which instances run what they should.
pub mod drift {
    /// `vortex.drift.v1`
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        tonic::include_proto!("vortex.drift.v1");
    }
}

/// Heartbeats: which version each running instance has.
pub mod heartbeat {
    /// `vortex.heartbeat.v1`
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        tonic::include_proto!("vortex.heartbeat.v1");
    }
}

/// The log of configuration, as it is stored, and what it folds to. No service serves it.
pub mod log {
    /// `vortex.log.v1`
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        tonic::include_proto!("vortex.log.v1");
    }
}

/// Rollouts: stages, analysis, audit and the breaker.
pub mod rollout {
    /// `vortex.rollout.v1`
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        tonic::include_proto!("vortex.rollout.v1");
    }
}

/// Windows of time in which reports are gathered.
pub mod window {
    /// `vortex.window.v1`
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        tonic::include_proto!("vortex.window.v1");
    }
}

pub mod time;

/// The encoded `FileDescriptorSet` of every package, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
