//! Reads the branches, tags and files of a Git repository.
