//! Settings that say who has to say who they are.

/// Who is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// Let nobody in without credentials. The first start with it writes an API key that may do
    /// everything to `bootstrap-key` in the data folder, or takes it from VORTEX_BOOTSTRAP_KEY
    #[arg(long, visible_alias = "secure")]
    pub require_keys: bool,

    /// What anybody may read all the same, by commas; /health/live and /health/ready are always
    /// open
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        default_value = "health"
    )]
    pub public: Vec<Public>,
}

/// What may be read by anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Public {
    /// The report at /health
    Health,
    /// The metrics at /metrics
    Metrics,
    /// Neither
    Nothing,
}
