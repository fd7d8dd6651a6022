//! Metric series that are computed when they are scraped, and disappear with the thing they
//! describe: series of handles can't be removed.

use std::{
    fmt::Write as _,
    sync::{Arc, PoisonError, RwLock},
};

/// A series of a family: its labels, and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Names and values. Names are Prometheus label names.
    pub labels: Vec<(&'static str, String)>,
    /// The value.
    pub value: f64,
}

impl Sample {
    /// The only series of its family, which has no labels.
    pub fn plain(value: f64) -> Self {
        Self {
            labels: Vec::new(),
            value,
        }
    }
}

type Ask = Box<dyn Fn() -> Vec<Sample> + Send + Sync>;

struct Family {
    name: &'static str,
    help: &'static str,
    ask: Ask,
}

/// Families of gauges that are asked for. A clone is a pointer.
#[derive(Clone, Default)]
pub(super) struct Live(Arc<RwLock<Vec<Family>>>);

impl Live {
    pub(super) fn add(&self, name: &'static str, help: &'static str, ask: Ask) {
        let mut families = self.0.write().unwrap_or_else(PoisonError::into_inner);
        families.push(Family { name, help, ask });
    }

    /// Adds all of them to Prometheus' text.
    pub(super) fn render(&self, text: &mut String) {
        let families = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for family in &*families {
            family.render(text);
        }
    }
}

impl Family {
    fn render(&self, text: &mut String) {
        let Self { name, help, ask } = self;
        // writing to a string does not fail
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for sample in ask() {
            let labels = sample.labels.iter();
            let labels = labels.map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
            let labels: Vec<String> = labels.collect();
            let labels = match labels.is_empty() {
                true => String::new(),
                false => format!("{{{}}}", labels.join(",")),
            };
            let _ = writeln!(text, "{name}{labels} {}", sample.value);
        }
    }
}

/// A label's value as the text format has it.
fn escaped(value: &str) -> String {
    let value = value.replace('\\', r"\\");
    value.replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_there_as_long_as_it_is_told_of() {
        let told = Arc::new(RwLock::new(vec![Sample {
            labels: vec![("id", "a\"b\\c\nd".to_owned()), ("stage", "2".to_owned())],
            value: 1.0,
        }]));
        let live = Live::default();
        let asked = told.clone();
        let ask = Box::new(move || asked.read().unwrap().clone());
        live.add("x_info", "Xs", ask);
        let rendered = || {
            let mut text = String::new();
            live.render(&mut text);
            text
        };
        let head = "# HELP x_info Xs\n# TYPE x_info gauge\n";
        let series = r#"x_info{id="a\"b\\c\nd",stage="2"} 1"#;
        assert_eq!(rendered(), format!("{head}{series}\n"));
        *told.write().unwrap() = vec![Sample::plain(7.0)];
        assert_eq!(rendered(), format!("{head}x_info 7\n"));
        told.write().unwrap().clear();
        assert_eq!(rendered(), head);
    }
}
