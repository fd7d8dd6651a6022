//! What is kept: the log, the contents it names, checkpoints, and what is let go.

mod damage;
mod histories;
mod records;
mod sweeping;
