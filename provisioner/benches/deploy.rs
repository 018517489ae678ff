//! How long a deploy takes beside other ways to the same chat, against MiniStack through a proxy that counts calls and
//! adds to each the way to a region: `make bench-deploy`.
//!
//! An emulator shows what the tools themselves cost and how many calls they wait for, not how long AWS takes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops with its message, and its result is what it prints"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use serde_json::{Value, json};

#[path = "../tests/it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests' support and its own tests, of which measuring needs a part")]
mod support;

use support::account::Account;
use support::ministack::venv;
use support::package;
use support::proxy::Proxy;
use support::proxy::chain::chain;

/// The way to a region and back, added to each call.
const FAR: Duration = Duration::from_millis(40);
const ROUNDS: usize = 7;
const CELLS: [&str; 4] = ["first", "unchanged", "code", "plan"];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Tool {
    Provisioner,
    Parallel,
    AwsCli,
}

const TOOLS: [Tool; 3] = [Tool::Provisioner, Tool::Parallel, Tool::AwsCli];

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Provisioner => "provisioner",
            Self::Parallel => "parallel boto3 script",
            Self::AwsCli => "aws-cli steps",
        }
    }

    /// The command of a cell; nothing where the tool has no such thing.
    fn command(self, cell: &str) -> Option<Command> {
        let zip = if cell == "code" { package::other_function_zip_file() } else { package::function_zip_file() };
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/deploy");
        let mut command = match self {
            Self::Provisioner => Command::new(env!("CARGO_BIN_EXE_provisioner")),
            Self::Parallel => Command::new(venv().join("bin/python")),
            Self::AwsCli => Command::new("sh"),
        };
        match self {
            Self::Provisioner => {
                let code = support::user::code(zip);
                command.arg(if cell == "plan" { "plan" } else { "deploy" }).arg("--code").arg(code);
            }
            Self::Parallel | Self::AwsCli if cell == "plan" => return None,
            Self::Parallel => {
                command.arg(scripts.join("parallel.py")).arg(zip);
            }
            Self::AwsCli => {
                command.arg(scripts.join("steps.sh")).arg(zip).arg(cell);
            }
        }
        Some(command)
    }
}

/// One run of one command.
struct Run {
    milliseconds: f64,
    calls: usize,
    depth: usize,
}

type Runs = BTreeMap<(&'static str, Tool), Vec<Run>>;

fn main() {
    let rounds = env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let mut runs = Runs::new();
    for round in 0..rounds {
        // Each begins a round in its turn: who comes first is not always the same.
        for offset in 0..TOOLS.len() {
            measure(TOOLS[(round + offset) % TOOLS.len()], &mut runs);
        }
    }
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../bench-deploy.json");
    fs::write(&file, format!("{:#}\n", raw(&runs))).expect("a file in target/");
    print!("{}", table(&runs, rounds));
}

/// All cells of one tool, in an account of its own.
fn measure(tool: Tool, runs: &mut Runs) {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    proxy.far_away(FAR);
    for cell in CELLS {
        let Some(mut command) = tool.command(cell) else { continue };
        let path = env::join_paths([venv().join("bin")].into_iter().chain(env::split_paths(&path()))).expect("a PATH");
        command.env_clear().env("PATH", path).env("HOME", env!("CARGO_TARGET_TMPDIR"));
        command.envs(account.env(proxy.url())).env("AWS_DEFAULT_REGION", support::account::REGION);
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).stdin(Stdio::null());
        proxy.clear();
        let begun = Instant::now();
        let output = command.output().expect("a program that starts");
        let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} of {cell}: {}\n{told}", tool.name(), output.status);
        let calls = proxy.calls();
        let run = Run { milliseconds, calls: calls.len(), depth: chain(&calls).depth() };
        runs.entry((cell, tool)).or_default().push(run);
    }
}

fn path() -> std::ffi::OsString {
    env::var_os("PATH").unwrap_or_default()
}

fn median(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "a count of calls is small")]
fn table(runs: &Runs, rounds: usize) -> String {
    let mut lines = vec![
        format!("Medians of {rounds} interleaved rounds, {} ms added to each call.\n", FAR.as_millis()),
        "| cell | tool | seconds | to ours | calls | depth |\n|---|---|---|---|---|---|".to_owned(),
    ];
    for cell in CELLS {
        let ours = median(&runs[&(cell, Tool::Provisioner)], |run| run.milliseconds);
        for tool in TOOLS {
            let Some(runs) = runs.get(&(cell, tool)) else { continue };
            let seconds = median(runs, |run| run.milliseconds);
            let (calls, depth) = (median(runs, |run| run.calls as f64), median(runs, |run| run.depth as f64));
            let (name, ratio) = (tool.name(), seconds / ours);
            lines.push(format!("| {cell} | {name} | {:.2} | {ratio:.2} | {calls} | {depth} |", seconds / 1000.0));
        }
    }
    lines.join("\n") + "\n"
}

fn raw(runs: &Runs) -> Value {
    let one = |run: &Run| json!({"milliseconds": run.milliseconds, "calls": run.calls, "depth": run.depth});
    let cell = |((cell, tool), runs): (&(&str, Tool), &Vec<Run>)| json!({"cell": cell, "tool": tool.name(), "runs": runs.iter().map(one).collect::<Vec<_>>()});
    json!({"added_milliseconds": FAR.as_secs_f64() * 1000.0, "cells": runs.iter().map(cell).collect::<Vec<_>>()})
}
