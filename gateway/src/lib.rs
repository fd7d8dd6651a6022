//! REST in front of the gRPC mesh.
