//! A shard of the instances: what they reported in the window that is open.

use super::{
    FleetId, Gathered, Heard, Report,
    memory::{Key, Memory},
};

/// What a shard may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Instances of a window, and of each of two generations that are remembered.
    pub instances: usize,
    /// Bytes of distinct texts of a window that only people read, and of those that are needed.
    pub texts: usize,
}

/// The reports of one shard of the instances.
#[derive(Debug)]
pub(crate) struct Shard {
    bounds: Bounds,
    memory: Memory,
    open: Gathered,
    window: u32,
}

/// How a report came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taking {
    /// Its fleet and its instance.
    pub key: Key,
    /// Its fleet.
    pub fleet: FleetId,
    /// A number that stands for its application.
    pub app: usize,
    /// When it arrived, in milliseconds after the window began.
    pub arrived: u32,
    /// When the next one is due, in milliseconds after that.
    pub next_due: u32,
}

/// What there is no room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// A further instance in this window.
    Instances,
    /// The text of a version, or a list of assignments: in all, or of its application.
    Texts,
}

impl Shard {
    /// A shard with nothing in it.
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            memory: Memory::default(),
            open: Gathered::default(),
            window: 1,
        }
    }

    /// Takes a report. Texts that only people read are left out where they have no room; the second
    /// value says how many.
    ///
    /// # Errors
    /// There is no room for it. Nothing of it counts then.
    pub(crate) fn take(
        &mut self,
        report: &Report<'_>,
        taking: Taking,
    ) -> Result<(Heard, u32), Full> {
        let (key, window) = (taking.key, self.window);
        let is_full = self.open.lasts.len() >= self.bounds.instances;
        // who is refused is not remembered, or a flood would have others forgotten
        if is_full && !self.memory.was_heard(key, window) {
            return Err(Full::Instances);
        }
        let known = self.memory.recall(key, self.bounds.instances);
        let is_new = !known.lives.were_heard(window);
        let last = (!is_new).then(|| &self.open.lasts[known.place as usize]);
        let replaces = last.is_none_or(|last| report.mark.replaces(last.mark));
        let mut left_out = 0;
        let mut told = None;
        if replaces {
            told = Some(
                self.open
                    .told(report, taking.app, self.bounds, &mut left_out)?,
            );
        }
        let heard = known.lives.hear(report.mark, window);
        if is_new {
            known.place = self.open.lasts.len() as u32;
            if let Some(told) = told {
                self.open.begin(report, taking, told);
            }
        } else {
            let last = &mut self.open.lasts[known.place as usize];
            last.lives += u32::from(heard.another_life);
            if let Some(told) = told {
                last.update(report, taking, told);
            }
        }
        self.open.lasts[known.place as usize].shared_id |= heard.older_life;
        Ok((heard, left_out))
    }

    /// Closes the window, and begins the next.
    pub(crate) fn close(&mut self) -> Gathered {
        // 0 stands for none
        self.window = self.window.checked_add(1).unwrap_or(1);
        std::mem::take(&mut self.open)
    }

    /// Forgets who was not heard of lately: see [`Memory::turn`].
    pub(crate) fn forget(&mut self) {
        self.memory.turn();
    }
}

#[cfg(test)]
mod tests;
