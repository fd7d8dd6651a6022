//! A connection's progress, which its stream and its requests report and its clock asks for.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Waker},
};

use crate::error::Fault;

/// The state of a connection. A clone is a pointer; all use it from the connection's own task, or
/// from the tasks of its HTTP/2 streams.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Progress(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Requests that were handed to the handler.
    requests: AtomicUsize,
    /// Of those, the ones whose answers are not complete.
    answering: AtomicUsize,
    /// Part of a head is there.
    head_begun: AtomicBool,
    /// Something of an answer is not taken yet.
    writing: AtomicBool,
    http2: AtomicBool,
    /// It goes on as something other than HTTP.
    upgraded: AtomicBool,
    /// A body was given up before it was read to its end.
    unread: AtomicBool,
    /// All is answered; what still comes is thrown away.
    closing: AtomicBool,
    /// Its caller took nothing of an answer for too long.
    given_up: AtomicBool,
    refused: Mutex<Option<Fault>>,
    /// Who waits for the answers to be complete.
    waker: Mutex<Option<Waker>>,
}

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Wait {
    /// The rest of a head, or a connection's first.
    Head,
    /// The next request.
    Idle,
    /// An answer of ours.
    Answer,
    /// The end of a body that nobody wants.
    Rest,
    /// The next stream of HTTP/2, whose pings tell whether the caller is there.
    Stream,
    /// The same, of a caller that was given up.
    GivenUp,
}

impl Progress {
    /// What is waited for, and after how many requests: a wait differs from the one before if
    /// either does.
    pub(in crate::http) fn now(&self) -> (Wait, usize) {
        let inner = &*self.0;
        let requests = inner.requests.load(Relaxed);
        let wait = if inner.closing.load(Relaxed) {
            Wait::Rest
        } else if inner.answering.load(Relaxed) > 0 || inner.writing.load(Relaxed) {
            Wait::Answer
        } else if inner.http2.load(Relaxed) {
            match inner.given_up.load(Relaxed) {
                true => Wait::GivenUp,
                false => Wait::Stream,
            }
        } else if requests == 0 || inner.head_begun.load(Relaxed) {
            Wait::Head
        } else {
            Wait::Idle
        };
        (wait, requests)
    }

    /// A request is handed over; it counts as being answered for as long as what is returned lives.
    pub(in crate::http) fn request(&self) -> Answering {
        self.0.head_begun.store(false, Relaxed);
        self.0.given_up.store(false, Relaxed);
        self.0.requests.fetch_add(1, Relaxed);
        self.0.answering.fetch_add(1, Relaxed);
        Answering(self.clone())
    }

    pub(in crate::http) fn head_begins(&self) {
        self.0.head_begun.store(true, Relaxed);
    }

    pub(in crate::http) fn write(&self, waits: bool) {
        self.0.writing.store(waits, Relaxed);
    }

    pub(in crate::http) fn is_http2(&self) -> bool {
        self.0.http2.load(Relaxed)
    }

    pub(in crate::http) fn speaks_http2(&self) {
        self.0.http2.store(true, Relaxed);
    }

    pub(in crate::http) fn upgrade(&self) {
        self.0.upgraded.store(true, Relaxed);
    }

    pub(in crate::http) fn is_upgraded(&self) -> bool {
        self.0.upgraded.load(Relaxed)
    }

    /// Whether a request is being answered.
    pub(in crate::http) fn is_answering(&self) -> bool {
        self.0.answering.load(Relaxed) > 0
    }

    /// Wakes the task once an answer is complete.
    pub(in crate::http) fn wake_after_answer(&self, cx: &Context<'_>) {
        let waker = &self.0.waker;
        let mut waker = waker.lock().unwrap_or_else(PoisonError::into_inner);
        *waker = Some(cx.waker().clone());
    }

    /// Whether anything was asked yet.
    pub(in crate::http) fn has_begun(&self) -> bool {
        self.0.requests.load(Relaxed) > 0
    }

    pub(in crate::http) fn leave_unread(&self) {
        self.0.unread.store(true, Relaxed);
    }

    pub(in crate::http) fn is_unread(&self) -> bool {
        self.0.unread.load(Relaxed)
    }

    pub(in crate::http) fn close(&self) {
        self.0.closing.store(true, Relaxed);
    }

    pub(in crate::http) fn give_up(&self) {
        self.0.given_up.store(true, Relaxed);
    }

    /// The request that hyper gets next stands for one that is refused.
    pub(in crate::http) fn refuse(&self, fault: Fault) {
        let refused = &self.0.refused;
        *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
    }

    /// Why the request that came is refused, if it is.
    pub(in crate::http) fn refused(&self) -> Option<Fault> {
        let refused = &self.0.refused;
        refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(in crate::http) struct Answering(Progress);

impl Answering {
    /// The caller took nothing of it for too long.
    pub(in crate::http) fn give_up(&self) {
        self.0.give_up();
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.answering.fetch_sub(1, Relaxed);
        let waker = &self.0.0.waker;
        let waker = waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
