//! Configuration files as Spring's server reads them, pure.
