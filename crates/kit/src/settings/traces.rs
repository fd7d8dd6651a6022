//! The settings of traces.

use url::Url;

/// Where traces of calls go.
#[derive(Clone, Debug, PartialEq, clap::Args)]
#[command(next_help_heading = "Traces")]
pub struct TraceSettings {
    /// Collector of traces that takes OTLP over HTTP, such as http://collector:4318: a span of each
    /// call is sent to it [default: none]
    #[arg(long, value_name = "URL")]
    pub otlp_endpoint: Option<Url>,

    /// Part of the traces that are sent, 0 to 1; by their ids, so that all processes agree
    #[arg(long, value_name = "RATIO", default_value = "1", value_parser = ratio)]
    pub otlp_ratio: f64,
}

impl Default for TraceSettings {
    fn default() -> Self {
        Self {
            otlp_endpoint: None,
            otlp_ratio: 1.0,
        }
    }
}

fn ratio(text: &str) -> Result<f64, String> {
    let ratio: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    match (0.0..=1.0).contains(&ratio) {
        true => Ok(ratio),
        false => Err("not between 0 and 1".to_owned()),
    }
}
