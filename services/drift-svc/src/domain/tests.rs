//! Tests.
#![cfg(test)]
