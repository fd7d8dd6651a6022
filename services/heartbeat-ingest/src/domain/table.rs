//! What instances measured in the window that is open, by fleet and arm.

use hashbrown::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use vortex_bucket::Arm;

use super::{Figures, FleetId, measured::ArmOf};

/// Arms that the figures of one fleet may be of, so that one application does not take the room of
/// all others.
const MAX_ARMS: usize = 64;

/// Figures of one shard of the fleets.
#[derive(Debug, Default)]
pub(crate) struct Table {
    fleets: HashMap<FleetId, Vec<Row>>,
}

/// What the instances of a fleet measured of an arm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The fleet.
    pub fleet: FleetId,
    /// The split.
    pub split: Box<str>,
    /// Its generation.
    pub generation: u64,
    /// The arm.
    pub arm: Arm,
    /// What they measured.
    pub figures: Figures,
}

/// There is no room for figures of a further arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableFull;

impl Table {
    /// Adds figures, if there is room: `rows` counts those of all tables, of which there are `most`.
    pub(crate) fn add(
        &mut self,
        fleet: FleetId,
        of: ArmOf<'_>,
        figures: &Figures,
        (rows, most): (&AtomicUsize, usize),
    ) -> Result<(), TableFull> {
        let arms = self.fleets.entry(fleet).or_default();
        if let Some(row) = arms.iter_mut().find(|row| row.is(of)) {
            row.figures.merge(figures);
            return Ok(());
        }
        // several threads may see the last place at once, and be as many too many
        if arms.len() >= MAX_ARMS || rows.load(Relaxed) >= most {
            return Err(TableFull);
        }
        rows.fetch_add(1, Relaxed);
        arms.push(Row {
            fleet,
            split: of.split.into(),
            generation: of.generation,
            arm: of.arm,
            figures: figures.clone(),
        });
        Ok(())
    }

    /// Takes all of it out.
    pub(crate) fn close(&mut self) -> impl Iterator<Item = Row> + use<> {
        std::mem::take(&mut self.fleets).into_values().flatten()
    }
}

impl Row {
    fn is(&self, of: ArmOf<'_>) -> bool {
        self.generation == of.generation && self.arm == of.arm && *self.split == *of.split
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(split: &str, generation: u64) -> ArmOf<'_> {
        ArmOf {
            split,
            generation,
            arm: Arm::Canary,
        }
    }

    fn figures(requests: u64) -> Figures {
        Figures {
            requests,
            ..Figures::default()
        }
    }

    #[test]
    fn figures_of_one_arm_add_up() {
        let (mut table, rows) = (Table::default(), AtomicUsize::new(0));
        for (generation, requests) in [(1, 5), (2, 7), (1, 10)] {
            let added = table.add(9, of("a", generation), &figures(requests), (&rows, 10));
            assert_eq!(added, Ok(()));
        }
        let closed: Vec<_> = table
            .close()
            .map(|row| (row.generation, row.figures.requests))
            .collect();
        assert_eq!(closed, [(1, 15), (2, 7)]);
        assert_eq!(table.close().count(), 0);
    }

    #[test]
    fn one_fleet_does_not_take_all_the_room() {
        let (mut table, rows) = (Table::default(), AtomicUsize::new(0));
        let mut add = |fleet, generation, most| {
            table.add(fleet, of("a", generation), &figures(1), (&rows, most))
        };
        for generation in 0..64 {
            assert_eq!(add(1, generation, 1_000), Ok(()));
        }
        assert_eq!(add(1, 64, 1_000), Err(TableFull));
        assert_eq!(add(1, 63, 1_000), Ok(()));
        assert_eq!(add(2, 64, 1_000), Ok(()));
        assert_eq!(add(3, 64, 65), Err(TableFull));
    }
}
