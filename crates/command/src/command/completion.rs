//! `vortex completion`.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::error::Error;

/// Print a completion script.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex completion bash > ~/.local/share/bash-completion/completions/vortex
  vortex completion zsh > ~/.zfunc/_vortex
  vortex completion fish > ~/.config/fish/completions/vortex.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the script for the command line `C`.
pub(crate) fn print<C: CommandFactory>(args: &Args) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut C::command(), "vortex", &mut script);
    Ok(io::stdout().write_all(&script)?)
}
