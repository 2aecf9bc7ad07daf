//! The simulator on the command line: `cargo run -p hallpass-simulator`.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use hallpass_simulator::{DEFAULT_PORT, Options, Running, start};

/// Plays four vendors' sign-in APIs on loopback, and serves the demo page.
#[derive(Parser)]
struct Arguments {
    /// The page's port; the vendors follow on the next five. 0 looks for six free ports in a row.
    #[arg(long, env = "HALLPASS_PORT", default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The folder served at / [default: www, if there is one]
    #[arg(long)]
    www: Option<PathBuf>,
    /// The folder served at /pkg/ [default: pkg]
    #[arg(long)]
    pkg: Option<PathBuf>,
    /// A folder served at /contract/
    #[arg(long)]
    contract: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    let www = arguments.www.or_else(|| Some(PathBuf::from("www")).filter(|folder| folder.is_dir()));
    // Not looked for now: it may be built while the simulator runs.
    let pkg = arguments.pkg.or_else(|| Some(PathBuf::from("pkg")));
    // Before any address is printed, so that who reads it may send a signal at once.
    let interrupted = interrupted()?;
    let running = start(Options { port: arguments.port, www, pkg, contract: arguments.contract }).await?;
    print_addresses(&running);
    interrupted.await;
    running.stop().await;
    Ok(())
}

fn print_addresses(running: &Running) {
    let addresses = [
        ("page", &running.page),
        ("ocient", &running.ocient),
        ("lenses", &running.lenses),
        ("pegase3", &running.pegase3),
        ("ethgas", &running.ethgas),
        ("stranger", &running.stranger),
    ];
    for (name, address) in addresses {
        println!("{name:<8} {address}");
    }
}

/// Ends when SIGINT or SIGTERM comes.
#[cfg(unix)]
fn interrupted() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when Ctrl-C is pressed.
#[cfg(not(unix))]
fn interrupted() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
