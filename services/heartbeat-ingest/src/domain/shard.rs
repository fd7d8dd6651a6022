//! A shard of the instances: what they reported in the window that is open.

use hashbrown::{DefaultHashBuilder, HashMap};
use std::hash::BuildHasher as _;

use super::{
    Assignment, FleetId, Heard, Mark, OwnedAssignment, Report, Status, TextId, Texts,
    memory::{Key, Memory},
};

/// What a shard may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Instances of a window, and of each of two generations that are remembered.
    pub instances: usize,
    /// Bytes of distinct texts of a window.
    pub texts: usize,
    /// Distinct lists of assignments of a window.
    pub assignments: usize,
}

/// The reports of one shard of the instances.
#[derive(Debug)]
pub(crate) struct Shard {
    bounds: Bounds,
    memory: Memory,
    open: Gathered,
    window: u32,
}

/// What was reported in a window.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    ids: String,
    /// The last report of each instance.
    pub lasts: Vec<Last>,
    /// The texts that they name.
    pub texts: Texts,
    /// The lists of assignments that they name.
    pub assignments: Lists,
}

/// The last report of an instance within a window.
#[derive(Debug, Clone)]
pub(crate) struct Last {
    at: u32,
    bytes: u16,
    /// How it fares.
    pub status: Status,
    /// Whether an older life was heard of after a newer one.
    pub shared_id: bool,
    /// Its fleet.
    pub fleet: FleetId,
    /// Where the report stands.
    pub mark: Mark,
    /// The log's position of its version.
    pub position: u64,
    /// Its version.
    pub version: TextId,
    /// Its list of assignments.
    pub assignments: u32,
    /// The version that it refused.
    pub refused_version: TextId,
    /// Why.
    pub refused_error: TextId,
    /// Where it runs.
    pub host: TextId,
    /// The pod's namespace.
    pub namespace: TextId,
    /// The region or zone.
    pub zone: TextId,
    /// The application's own version.
    pub app_version: TextId,
    /// When it arrived, in milliseconds after the window began.
    pub arrived: u32,
    /// When the next one is due, in milliseconds after that.
    pub next_due: u32,
    /// How many lives were heard of.
    pub lives: u32,
}

/// How a report came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taking {
    /// The hash of its fleet and its instance.
    pub hash: u64,
    /// Its fleet.
    pub fleet: FleetId,
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
    /// The text of a version, or a list of assignments.
    Texts,
}

/// Distinct lists of assignments, called by numbers. 0 is the empty one.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    lists: Vec<Box<[OwnedAssignment]>>,
    /// By a hash of the list; those of one hash follow each other from the newest.
    newest: HashMap<u64, u32>,
    before: Vec<u32>,
    hasher: DefaultHashBuilder,
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
    /// There is no room for it. Nothing is changed then, but that it was heard of.
    pub(crate) fn take(
        &mut self,
        report: &Report<'_>,
        taking: Taking,
    ) -> Result<(Heard, u32), Full> {
        let key = Key {
            hash: taking.hash,
            fleet: taking.fleet,
            instance: report.instance,
        };
        let known = self.memory.recall(key, self.bounds.instances);
        let window = self.window;
        let is_new = known.window != window;
        if is_new && self.open.lasts.len() >= self.bounds.instances {
            return Err(Full::Instances);
        }
        let last = (!is_new).then(|| &self.open.lasts[known.place as usize]);
        let replaces = last.is_none_or(|last| report.mark.replaces(last.mark));
        let mut left_out = 0;
        let mut told = None;
        if replaces {
            told = Some(self.open.told(report, self.bounds, &mut left_out)?);
        }
        let heard = known.lives.hear(report.mark, window);
        if is_new {
            known.window = window;
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

/// What a report says, as numbers of this window.
#[derive(Debug, Clone, Copy)]
struct Told {
    version: TextId,
    assignments: u32,
    refused_version: TextId,
    refused_error: TextId,
    host: TextId,
    namespace: TextId,
    zone: TextId,
    app_version: TextId,
}

impl Gathered {
    /// The id of an instance.
    pub(crate) fn instance(&self, last: &Last) -> &str {
        let at = last.at as usize;
        self.ids
            .get(at..at + usize::from(last.bytes))
            .unwrap_or_default()
    }

    fn told(
        &mut self,
        report: &Report<'_>,
        bounds: Bounds,
        left_out: &mut u32,
    ) -> Result<Told, Full> {
        let room = bounds.texts;
        let texts = &mut self.texts;
        let version = texts.id(report.version, room).ok_or(Full::Texts)?;
        let assignments = self.assignments.id(&report.assignments, bounds.assignments);
        let assignments = assignments.ok_or(Full::Texts)?;
        let mut for_people = |text| {
            texts.id(text, room).unwrap_or_else(|| {
                *left_out += 1;
                0
            })
        };
        let (refused_version, refused_error) = report.refused.map_or((0, 0), |refused| {
            (for_people(refused.version), for_people(refused.error))
        });
        Ok(Told {
            version,
            assignments,
            refused_version,
            refused_error,
            host: for_people(report.metadata.host),
            namespace: for_people(report.metadata.namespace),
            zone: for_people(report.metadata.zone),
            app_version: for_people(report.metadata.app_version),
        })
    }

    fn begin(&mut self, report: &Report<'_>, taking: Taking, told: Told) {
        let at = self.ids.len() as u32;
        self.ids.push_str(report.instance);
        let mut last = Last {
            at,
            bytes: report.instance.len() as u16,
            status: report.status,
            shared_id: false,
            fleet: taking.fleet,
            mark: report.mark,
            position: 0,
            version: 0,
            assignments: 0,
            refused_version: 0,
            refused_error: 0,
            host: 0,
            namespace: 0,
            zone: 0,
            app_version: 0,
            arrived: 0,
            next_due: 0,
            lives: 1,
        };
        last.update(report, taking, told);
        self.lasts.push(last);
    }
}

impl Last {
    fn update(&mut self, report: &Report<'_>, taking: Taking, told: Told) {
        self.status = report.status;
        self.mark = report.mark;
        self.position = report.position;
        self.version = told.version;
        self.assignments = told.assignments;
        self.refused_version = told.refused_version;
        self.refused_error = told.refused_error;
        self.host = told.host;
        self.namespace = told.namespace;
        self.zone = told.zone;
        self.app_version = told.app_version;
        self.arrived = taking.arrived;
        self.next_due = taking.next_due;
    }
}

impl Lists {
    /// The number of a list, which becomes one of these if there are fewer than `most`.
    pub(crate) fn id(&mut self, list: &[Assignment<'_>], most: usize) -> Option<u32> {
        if list.is_empty() {
            return Some(0);
        }
        let hash = self.hasher.hash_one(list);
        let mut found = self.newest.get(&hash).copied().unwrap_or(0);
        while found > 0 {
            if self.get(found).eq(list.iter().copied()) {
                return Some(found);
            }
            found = self.before[found as usize - 1];
        }
        if self.lists.len() >= most {
            return None;
        }
        self.lists
            .push(list.iter().map(OwnedAssignment::from).collect());
        let id = self.lists.len() as u32;
        self.before.push(self.newest.insert(hash, id).unwrap_or(0));
        Some(id)
    }

    /// The list of this number.
    pub(crate) fn get(&self, id: u32) -> impl Iterator<Item = Assignment<'_>> {
        let list = (id as usize)
            .checked_sub(1)
            .and_then(|index| self.lists.get(index));
        list.into_iter().flatten().map(OwnedAssignment::borrowed)
    }
}

#[cfg(test)]
mod tests;
