//! `vortex status`.

use vortex_rest::{Status, StatusItem};

use crate::{
    client::{self, Call},
    console::{Format, Palette, printable},
    error::Error,
    session::Session,
};

/// Show what is rolling out, paused, waiting, frozen, overridden or degraded.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exits with 0 only when all is well: nothing is paused, waits, is frozen or degraded, and no alert is
firing. Rollouts that are under way and overrides are well.

Examples:
  vortex status
  vortex status orders
  vortex status -q && deploy
  vortex status -o json | jq '.paused[].id'")]
pub(crate) struct Args {
    /// Only what concerns this application
    app: Option<String>,
}

impl Args {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "status"]).query("app", self.app);
        let reply = session.client.send(call).await?.json()?;
        let status: Status = client::read(&reply, session.client.server())?;
        match session.console.format() {
            Format::Table => {
                let lines = lines(&status, session.console.palette());
                session.console.write(lines.as_bytes())?;
            }
            Format::Json | Format::Yaml => session.console.data(&reply)?,
        }
        match status.well {
            true => Ok(()),
            false => {
                session.console.flush()?;
                Err(Error::NotWell)
            }
        }
    }
}

/// How wide the column of states is.
const STATE: usize = 13;

fn lines(status: &Status, palette: Palette) -> String {
    let kinds = [
        ("degraded", &status.degraded),
        ("frozen", &status.frozen),
        ("paused", &status.paused),
        ("waiting", &status.waiting),
        ("overridden", &status.overridden),
        ("rolling out", &status.rolling_out),
    ];
    let mut text = String::new();
    for (state, items) in kinds {
        let padded = format!("{state:<STATE$}");
        let state = match state {
            "degraded" => palette.bad(&padded),
            "rolling out" => palette.good(&padded),
            _ => palette.doubtful(&padded),
        };
        for item in items {
            text.push_str(&paragraph(&state, item));
        }
    }
    if status.well {
        let said = match status.rolling_out.is_empty() {
            true => "all is well, and nothing is rolling out",
            false => "all is well",
        };
        text.push_str(&format!("{}\n", palette.good(said)));
    }
    text
}

/// What it is, why it stands so, and what to do next: a line each.
fn paragraph(state: &str, item: &StatusItem) -> String {
    let (kind, id) = (&item.kind, &item.id);
    let name = match id == kind.to_string().as_str() {
        true => id.clone(),
        false => format!("{kind} {id}"),
    };
    let next = match item.next.as_str() {
        "" => String::new(),
        next => format!("next: {next}"),
    };
    let said = [name, item.about.clone(), item.why.clone(), next];
    let said = said.iter().filter(|line| !line.is_empty());
    let lines = said.flat_map(|line| wrapped(&printable(line)));
    let blank = " ".repeat(STATE);
    let lines = lines.enumerate().map(|(place, line)| {
        let margin = if place == 0 { state } else { &blank };
        format!("{margin}{line}\n")
    });
    lines.collect()
}

/// The text in lines that fit beside the states on 80 columns, broken between words.
fn wrapped(text: &str) -> Vec<String> {
    const WIDTH: usize = 80 - STATE;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        while !word.is_empty() {
            let rest = word.split_off(word.len().min(WIDTH));
            let taken = lines.last().map_or(0, |line| line.chars().count());
            match lines.last_mut() {
                Some(line) if taken > 0 && taken + 1 + word.len() <= WIDTH => {
                    line.push(' ');
                    line.extend(word);
                }
                Some(line) if taken == 0 => line.extend(word),
                _ => lines.push(word.into_iter().collect()),
            }
            word = rest;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_thing_says_what_why_and_what_next_on_80_columns() {
        let status = json!({"well": false, "paused": [{
            "kind": "rollout", "id": "r1", "about": "v3 of orders.yml on main, stage 2/3, 25%",
            "why": "of ".repeat(60) + &"x".repeat(200), "next": "vortex rollout get r1"}]});
        let status: Status = serde_json::from_value(status).unwrap();
        let text = lines(&status, Palette::of_stdout(true));
        assert!(text.starts_with(
            "paused       rollout r1\n             v3 of orders.yml on main, stage 2/3, 25%\n"
        ));
        assert!(
            text.ends_with("\n             next: vortex rollout get r1\n"),
            "{text}"
        );
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn that_all_is_well_is_said() {
        let status = Status::default().judged();
        let told = lines(&status, Palette::of_stdout(true));
        assert_eq!(told, "all is well, and nothing is rolling out\n");
    }
}
