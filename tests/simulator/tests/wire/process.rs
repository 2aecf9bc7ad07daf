//! The simulator as a process, and its hold on the ports.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use hallpass_simulator::{Options, start};

use crate::client::sim;

fn port(address: &str) -> u16 {
    address.rsplit_once(':').unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_way_out() {
    let sim = sim().await;
    let taken = port(&sim.at.ocient);
    let error = start(Options { port: taken, ..Options::default() }).await.unwrap_err().to_string();
    assert!(error.contains(&format!("port {taken} is taken")), "{error}");
    assert!(error.contains("--port") && error.contains("HALLPASS_PORT"), "{error}");
    let error = start(Options { port: 65_531, ..Options::default() }).await.unwrap_err().to_string();
    assert!(error.contains("no room"), "{error}");
}

#[tokio::test]
async fn stop_frees_the_ports() {
    let first = start(Options { port: 0, ..Options::default() }).await.unwrap();
    let base = port(&first.page);
    first.stop().await;
    let second = start(Options { port: base, ..Options::default() }).await.unwrap();
    assert_eq!(port(&second.page), base);
    second.stop().await;
}

#[cfg(unix)]
#[test]
fn the_program_prints_its_addresses_and_ends_cleanly_on_signals() {
    for signal in ["INT", "TERM"] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_hallpass-simulator"))
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines().take(6);
        let names: Vec<_> =
            lines.map(|line| line.unwrap().split_whitespace().next().unwrap().to_owned()).collect();
        assert_eq!(names, ["page", "ocient", "lenses", "pegase3", "ethgas", "stranger"]);
        let id = program.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
        assert!(program.wait().unwrap().success(), "{signal}");
    }
}
