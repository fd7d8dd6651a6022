//! The parts that wait until their receiver has taken them.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;

/// Names a part of this process' windows: its window, and its number within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    /// The window.
    pub window: u64,
    /// The part.
    pub part: u32,
}

/// A part, as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Its name.
    pub name: Name,
    /// The request.
    pub request: Bytes,
    /// How many instances or figures it has.
    pub items: usize,
    /// When it was closed, on the monotonic clock.
    pub closed_at: Duration,
}

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes of requests.
    pub bytes: usize,
    /// Windows.
    pub windows: u64,
}

/// Parts in the order in which they are sent. The oldest go when there are too many.
#[derive(Debug)]
pub(crate) struct Queue {
    parts: VecDeque<Part>,
    bytes: usize,
    bounds: Bounds,
}

/// What was given up for newer ones.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// Parts, since there were too many bytes.
    pub for_bytes: usize,
    /// Parts, since there were too many windows.
    pub for_windows: usize,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            parts: VecDeque::new(),
            bytes: 0,
            bounds,
        }
    }

    /// Adds a part, which is newer than all others; the oldest make room for it.
    pub(crate) fn push(&mut self, part: Part) -> Dropped {
        let mut dropped = Dropped::default();
        while self.is_too_long_for(part.name.window) {
            self.pop();
            dropped.for_windows += 1;
        }
        while !self.parts.is_empty() && self.bytes + part.request.len() > self.bounds.bytes {
            self.pop();
            dropped.for_bytes += 1;
        }
        self.bytes += part.request.len();
        self.parts.push_back(part);
        dropped
    }

    /// The part that is to be sent.
    pub(crate) fn front(&self) -> Option<&Part> {
        self.parts.front()
    }

    /// Removes a part that was taken, or never will be. Answers whether it was still here.
    pub(crate) fn remove(&mut self, name: Name) -> bool {
        let is_first = self.front().is_some_and(|part| part.name == name);
        if is_first {
            self.pop();
        }
        is_first
    }

    /// Bytes of all requests.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many parts there are.
    pub(crate) fn len(&self) -> usize {
        self.parts.len()
    }

    fn is_too_long_for(&self, window: u64) -> bool {
        self.front()
            .is_some_and(|oldest| window - oldest.name.window >= self.bounds.windows)
    }

    fn pop(&mut self) {
        if let Some(part) = self.parts.pop_front() {
            self.bytes -= part.request.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(window: u64, number: u32, bytes: usize) -> Part {
        Part {
            name: name(window, number),
            request: Bytes::from(vec![0; bytes]),
            items: 1,
            closed_at: Duration::ZERO,
        }
    }

    fn name(window: u64, part: u32) -> Name {
        Name { window, part }
    }

    fn front(queue: &Queue) -> Option<Name> {
        queue.front().map(|part| part.name)
    }

    #[test]
    fn parts_go_in_order() {
        let mut queue = Queue::new(Bounds {
            bytes: 100,
            windows: 10,
        });
        for (window, number) in [(1, 0), (1, 1), (2, 0)] {
            assert_eq!(queue.push(part(window, number, 10)), Dropped::default());
        }
        assert_eq!(front(&queue), Some(name(1, 0)));
        assert!(!queue.remove(name(1, 1)));
        assert!(queue.remove(name(1, 0)) && queue.remove(name(1, 1)));
        assert!(!queue.remove(name(1, 1)));
        assert_eq!(
            (front(&queue), queue.bytes(), queue.len()),
            (Some(name(2, 0)), 10, 1)
        );
    }

    #[test]
    fn the_oldest_make_room() {
        let mut queue = Queue::new(Bounds {
            bytes: 100,
            windows: 3,
        });
        for window in 1..=3 {
            assert_eq!(queue.push(part(window, 0, 30)), Dropped::default());
        }
        let for_windows = Dropped {
            for_windows: 1,
            for_bytes: 0,
        };
        assert_eq!(queue.push(part(4, 0, 10)), for_windows);
        let for_bytes = Dropped {
            for_windows: 0,
            for_bytes: 1,
        };
        assert_eq!(queue.push(part(4, 1, 50)), for_bytes);
        assert_eq!((front(&queue), queue.bytes()), (Some(name(3, 0)), 90));
        // one that is larger than all that may wait waits alone
        assert_eq!(queue.push(part(4, 2, 500)).for_bytes, 3);
        assert_eq!((queue.len(), queue.bytes()), (1, 500));
    }
}
