//! Options of `vortex rollout create` for queries and webhooks that judge.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use vortex_kit::yaml::{self, Content, Node};

use crate::{command::rollout::argument::finite, error::Error, file};

/// The members that are numbers.
const NUMBERS: [&str; 5] = ["min", "max", "min_ratio", "max_ratio", "margin"];
/// The members of a file.
const LISTS: [&str; 2] = ["queries", "webhooks"];

/// Queries and webhooks that judge.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "How it is judged")]
pub(super) struct Gates {
    /// A YAML or JSON file with the queries and webhooks that judge it; - is standard input
    #[arg(long, value_name = "FILE")]
    gates: Option<PathBuf>,
    /// A webhook that judges it, as NAME=URL; given several times
    #[arg(long = "webhook", value_name = "NAME=URL", value_parser = webhook)]
    webhooks: Vec<(String, String)>,
}

impl Gates {
    /// What is posted of them.
    pub(super) fn members(&self) -> Result<Map<String, Value>, Error> {
        let mut members = match &self.gates {
            Some(path) => read(path)?,
            None => Map::new(),
        };
        if self.webhooks.is_empty() {
            return Ok(members);
        }
        let given = self.webhooks.iter().map(|(name, url)| {
            let pairs = [("name", name), ("url", url)];
            let pairs = pairs.map(|(member, text)| (member.to_owned(), text.clone().into()));
            Value::Object(pairs.into_iter().collect())
        });
        let listed = members
            .entry("webhooks")
            .or_insert(Value::Array(Vec::new()));
        if let Value::Array(listed) = listed {
            listed.extend(given);
        }
        Ok(members)
    }
}

/// `NAME=URL`
fn webhook(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        // a URL may have one in its query
        Some((name, url)) if !name.is_empty() && !name.contains("://") => {
            Ok((name.to_owned(), url.to_owned()))
        }
        _ => Err("must be NAME=URL, such as smoke=https://gate.example.com/".to_owned()),
    }
}

fn read(path: &Path) -> Result<Map<String, Value>, Error> {
    let text = file::text(path, file::read(path)?)?;
    parse(&text).map_err(|why| Error::Usage(format!("{}: {why}", path.display())))
}

fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let root = yaml::parse(text).map_err(|error| error.to_string())?;
    let line = root.line;
    let Value::Object(members) = value("", root)? else {
        return Err(format!("line {line}: `queries` or `webhooks` is expected"));
    };
    let is_known = |(name, value): (&String, &Value)| LISTS.contains(&&**name) && value.is_array();
    match members.iter().all(is_known) && !members.is_empty() {
        true => Ok(members),
        false => Err("it has lists `queries` and `webhooks`, and nothing else".to_owned()),
    }
}

/// A value as JSON; the server says which members there are.
fn value(name: &str, Node { line, content }: Node) -> Result<Value, String> {
    match content {
        Content::Nothing => Ok(Value::Null),
        Content::Text(text) if NUMBERS.contains(&name) => {
            let number = finite(&text).map_err(|why| format!("line {line}: `{name}` {why}"))?;
            Ok(number.into())
        }
        Content::Text(text) => Ok(text.into()),
        Content::List(items) => {
            let items = items.into_iter().map(|item| value("", item));
            items.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Content::Mapping(members) => {
            let members = members.into_iter();
            let members = members.map(|(key, node)| {
                let value = value(&key.text, node)?;
                Ok((key.text, value))
            });
            members.collect::<Result<_, _>>().map(Value::Object)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_has_what_the_server_takes() {
        let expected = json!({
            "queries": [{"name": "rate", "provider": "main", "query": "1", "max": 0.05}],
            "webhooks": [{"name": "gate", "url": "https://gate.example.com/"}],
        });
        let yaml = "queries:\n- {name: rate, provider: main, query: '1', max: 0.05}\n\
                    webhooks:\n- {name: gate, url: 'https://gate.example.com/'}\n";
        assert_eq!(parse(yaml).map(Value::Object), Ok(expected.clone()));
        let read = parse(&expected.to_string()).map(Value::Object);
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn what_is_no_such_file_is_said() {
        for text in ["", "[]", "{}", "queries: x", "queries: []\nhooks: []"] {
            assert!(parse(text).is_err(), "{text}");
        }
        let wrong = parse("queries:\n- name: rate\n  max: much\n");
        assert_eq!(wrong, Err("line 3: `max` must be a number".to_owned()));
    }

    #[test]
    fn a_webhook_has_a_name() {
        let of = |name: &str, url: &str| Ok((name.to_owned(), url.to_owned()));
        assert_eq!(webhook("a=https://b/?c=d"), of("a", "https://b/?c=d"));
        for text in ["https://b/?c=d", "=https://b/", "a"] {
            assert!(webhook(text).is_err(), "{text}");
        }
    }
}
