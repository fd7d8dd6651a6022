//! Detects whether anything still reads standard output.

/// Waits until nobody reads the pipe that standard output is. Of anything else that can't be told,
/// and this waits for ever. Cancel safe.
#[cfg(unix)]
pub(crate) async fn unread() {
    use std::{future::pending, io, os::fd::AsFd};

    use tokio::{io::Interest, net::unix::pipe::Sender};

    // unchecked: it is only waited for, never written to, and has to stay blocking for who does
    let pipe = io::stdout().as_fd().try_clone_to_owned();
    let gone = match pipe.and_then(Sender::from_owned_fd_unchecked) {
        Ok(pipe) => pipe.ready(Interest::ERROR).await.is_ok(),
        // a file, which is always ready
        Err(_) => false,
    };
    if !gone {
        pending().await
    }
}

/// As on Unix, where it can be told.
#[cfg(not(unix))]
pub(crate) async fn unread() {
    std::future::pending().await
}
