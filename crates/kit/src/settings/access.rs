//! Settings that say who has to say who they are.

/// Who is let in.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
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

    /// How much one caller may ask for.
    #[command(flatten)]
    pub limits: CallerLimits,
}

/// How much one caller that is known may ask for, of each process; bursts of four seconds' worth
/// are let through, and 0 is no limit.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Access")]
pub struct CallerLimits {
    /// Reads a second of one caller, which is whoever shows the same key; 0 is no limit
    #[arg(long, value_name = "COUNT", default_value_t = Self::default().caller_reads)]
    pub caller_reads: u32,

    /// Writes a second of one caller
    #[arg(long, value_name = "COUNT", default_value_t = Self::default().caller_writes)]
    pub caller_writes: u32,

    /// Reports a second of one caller
    #[arg(long, value_name = "COUNT", default_value_t = Self::default().caller_reports)]
    pub caller_reports: u32,

    /// Watches that one caller may have open at once
    #[arg(long, value_name = "COUNT", default_value_t = Self::default().caller_watches)]
    pub caller_watches: u32,
}

impl Default for CallerLimits {
    /// More than a fleet of 10,000 instances with one key comes to as it starts.
    fn default() -> Self {
        Self {
            caller_reads: 10_000,
            caller_writes: 1_000,
            caller_reports: 20_000,
            caller_watches: 10_000,
        }
    }
}

impl Default for AccessSettings {
    /// The defaults that `--help` shows.
    fn default() -> Self {
        Self {
            require_keys: false,
            public: vec![Public::Health],
            limits: CallerLimits::default(),
        }
    }
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
