//! What every Vortex process shares.
