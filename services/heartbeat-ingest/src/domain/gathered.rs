//! What was reported in a window.

use super::{Bounds, FleetId, Full, Lists, Mark, Needed, Report, Status, Taking, TextId, Texts};

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
    needed: Needed,
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

/// What a report says, as numbers of this window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
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

    pub(super) fn told(
        &mut self,
        report: &Report<'_>,
        app: usize,
        bounds: Bounds,
        left_out: &mut u32,
    ) -> Result<Told, Full> {
        let mut room = self.needed.room(app, bounds.texts);
        let texts = &mut self.texts;
        let version = room.text(texts, report.version).ok_or(Full::Texts)?;
        let assignments = room.list(&mut self.assignments, &report.assignments);
        let assignments = assignments.ok_or(Full::Texts)?;
        // what is needed has room of its own
        let most = bounds.texts + self.needed.texts();
        let mut for_people = |text| {
            texts.id(text, most).unwrap_or_else(|| {
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

    pub(super) fn begin(&mut self, report: &Report<'_>, taking: Taking, told: Told) {
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
    pub(super) fn update(&mut self, report: &Report<'_>, taking: Taking, told: Told) {
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
