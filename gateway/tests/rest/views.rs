//! Reads that are answered from views.
