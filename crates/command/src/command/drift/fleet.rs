//! Shows how one fleet stands.

use serde_json::Value;
use vortex_rest::{Arm, Assignment, ExpectedVersion, FleetDrift, RunningVersion};

use super::{Target, told};
use crate::{
    client::{self, Call, collect},
    console::{Facts, Format, Table, moment, short},
    error::Error,
    session::Session,
};

/// Prints how a fleet stands, with `limit` instances at most of those that don't run what they
/// should.
pub(super) async fn show(
    session: &mut Session,
    target: &Target,
    limit: usize,
) -> Result<(), Error> {
    let mut reply = read(session, target).await?;
    if reply["next_page_token"] != "" {
        // the first page says how the fleet stands, and all of them who is wrong
        let call = session.labelled(call(target));
        let all = collect(&session.client, call, "drifted", limit).await?;
        for member in ["drifted", "next_page_token"] {
            reply[member] = all[member].clone();
        }
    } else if let Some(drifted) = reply["drifted"].as_array_mut() {
        drifted.truncate(limit);
    }
    if session.console.format() != Format::Table {
        return session.console.data(&reply);
    }
    let fleet: FleetDrift = client::read(&reply, session.client.server())?;
    session
        .console
        .write(facts(&fleet).to_string().as_bytes())?;
    let tables = [expected(&fleet), running(&fleet), wrong(&fleet)];
    for table in tables.into_iter().flatten() {
        session.console.write(b"\n")?;
        session.console.tables([table])?;
    }
    let (shown, all) = (fleet.drifted.len() as u64, told::wrong(&fleet.states));
    match shown < all {
        true => session.console.note(format_args!(
            "{shown} of {all} that don't run what they should are shown"
        )),
        false => Ok(()),
    }
}

/// What the server says of a fleet, with the first page of who is wrong.
pub(super) async fn read(session: &Session, target: &Target) -> Result<Value, Error> {
    let call = session.labelled(call(target));
    session.client.send(call).await?.json()
}

fn call(target: &Target) -> Call {
    Call::get(["api", "drift", &target.app, &target.profile])
}

fn facts(fleet: &FleetDrift) -> Facts {
    let expiry = match fleet.expiry_suspended {
        true => "suspended: so many are silent that the fault is hardly theirs",
        false => "",
    };
    let states = told::states(&fleet.states);
    let states = match states.as_str() {
        "" => String::new(),
        states => format!(": {states}"),
    };
    Facts::default()
        .with(
            "fleet",
            &told::named(&fleet.app, &fleet.profile, &fleet.label),
        )
        .with("instances", &format!("{}{states}", fleet.total))
        .with("drift", &told::ratio(fleet.drift_ratio))
        .with("alert", &fleet.alert)
        .with("silenced", &silenced(fleet))
        .with("expiry", expiry)
        .with("next", &next(fleet))
}

fn silenced(fleet: &FleetDrift) -> String {
    match moment(fleet.silenced_until.as_deref()).as_str() {
        "" => String::new(),
        until => format!("until {until}"),
    }
}

/// What to do about it.
fn next(fleet: &FleetDrift) -> String {
    let (app, profile, on) = (&fleet.app, &fleet.profile, told::on(&fleet.label));
    match told::wrong(&fleet.states) {
        0 => String::new(),
        _ => format!("`vortex drift remediate {app} {profile}{on}` asks them to fetch again"),
    }
}

fn expected(fleet: &FleetDrift) -> Option<Table> {
    let rows = fleet.expected.iter().map(|expected| {
        [
            version(&expected.version, "not valid"),
            told::percent(expected.share),
            arms(expected),
        ]
    });
    let table = Table::new(["EXPECTED", "SHARE", "ARMS"]).with(rows);
    (!fleet.expected.is_empty()).then_some(table)
}

/// `canary of r1, stable of r2`
fn arms(expected: &ExpectedVersion) -> String {
    let arm = |of: &Assignment| match of.arm {
        Arm::Canary => format!("canary of {}", of.split),
        _ => format!("{} of {}", of.arm, of.split),
    };
    expected.arms.iter().map(arm).collect::<Vec<_>>().join(", ")
}

fn running(fleet: &FleetDrift) -> Option<Table> {
    let rows = fleet.versions.iter().map(|running: &RunningVersion| {
        [
            version(&running.version, "none"),
            running.state.to_string(),
            running.instances.to_string(),
        ]
    });
    let table = Table::new(["RUNNING", "STATE", "INSTANCES"]).with(rows);
    (!fleet.versions.is_empty()).then_some(table)
}

fn version(version: &str, none: &str) -> String {
    match version {
        "" => none.to_owned(),
        version => short(version),
    }
}

fn wrong(fleet: &FleetDrift) -> Option<Table> {
    let rows = fleet.drifted.iter().map(|instance| {
        [
            instance.instance_id.clone(),
            instance.state.to_string(),
            short(&instance.version),
            short(&instance.expected_version),
            moment(instance.since.as_deref()),
            moment(instance.last_seen.as_deref()),
            instance.error.clone(),
        ]
    });
    let heading = [
        "INSTANCE",
        "STATE",
        "RUNS",
        "SHOULD RUN",
        "SINCE",
        "LAST SEEN",
        "ERROR",
    ];
    let table = Table::new(heading).with(rows);
    (!fleet.drifted.is_empty()).then_some(table)
}
