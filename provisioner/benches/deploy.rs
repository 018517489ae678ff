//! Compares a deploy with other tools that create the same chat: `make bench-deploy`.
//!
//! The tools call MiniStack through a proxy that counts the calls and adds the latency of a region to each. Then the
//! benchmark deploys many functions at AWS's rate limits (`ROUNDS=0` runs only this part).
//!
//! An emulator shows the overhead of the tools and how many calls they wait for, not how long AWS takes.

#![expect(clippy::disallowed_methods, reason = "benchmarks read the clock and the environment")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark stops at its first error, and prints its result"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use serde_json::{Value, json};

#[path = "deploy/many.rs"]
mod many;
#[path = "../tests/it/support/root.rs"]
#[expect(dead_code, unused_imports, reason = "the benchmark uses a part of the tests' support")]
mod support;
#[path = "deploy/target.rs"]
mod target;

use support::account::Account;
use support::ministack::venv;
use support::package;
use support::proxy::Proxy;
use support::proxy::chain::chain;
use support::proxy::rule::calls_that;
use target::target;

/// The round trip to a region, which the proxy adds to each call.
const LATENCY: Duration = Duration::from_millis(40);
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

    /// The command of a cell, or `None` if the tool has no such command.
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

#[derive(Default)]
struct Measured {
    runs: BTreeMap<(&'static str, Tool), Vec<Run>>,
    /// The resources that the first tool created.
    targets: BTreeMap<&'static str, String>,
}

fn main() {
    let rounds = env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let mut measured = Measured::default();
    if rounds == 0 {
        print!("{}", many::table());
        return;
    }
    for round in 0..rounds {
        // Each round starts with another tool.
        for offset in 0..TOOLS.len() {
            measure(TOOLS[(round + offset) % TOOLS.len()], &mut measured);
        }
    }
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../bench-deploy.json");
    fs::write(&file, format!("{:#}\n", raw(&measured))).expect("target/ is writable");
    print!("{}{}", table(&measured, rounds), many::table());
}

/// Runs all cells of one tool in a separate account. Its resources must be the same as those of the other tools.
fn measure(tool: Tool, measured: &mut Measured) {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    proxy.on(calls_that(|_| true).delay(LATENCY));
    for cell in CELLS {
        let Some(mut command) = tool.command(cell) else { continue };
        let path =
            env::join_paths([venv().join("bin")].into_iter().chain(env::split_paths(&path()))).expect("PATH is valid");
        command.env_clear().env("PATH", path).env("HOME", env!("CARGO_TARGET_TMPDIR"));
        command.envs(account.env(proxy.url())).env("AWS_DEFAULT_REGION", support::account::REGION);
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).stdin(Stdio::null());
        proxy.clear();
        let started = Instant::now();
        let output = command.output().expect("the program starts");
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} of {cell}: {}\n{stderr}", tool.name(), output.status);
        let calls = proxy.calls();
        let run = Run { milliseconds, calls: calls.len(), depth: chain(&calls).depth() };
        measured.runs.entry((cell, tool)).or_default().push(run);
        if cell != "plan" {
            let created = target(&account);
            let first = measured.targets.entry(cell).or_insert_with(|| created.clone());
            let difference = similar::TextDiff::from_lines(first.as_str(), &created).unified_diff().to_string();
            assert!(difference.is_empty(), "{cell} of {} creates other resources:\n{difference}", tool.name());
        }
    }
}

fn path() -> std::ffi::OsString {
    env::var_os("PATH").unwrap_or_default()
}

/// The minimum, the median and the maximum.
fn range(runs: &[Run], of: impl Fn(&Run) -> f64) -> (f64, f64, f64) {
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2], values[values.len() - 1])
}

/// The table in Markdown, as in docs/performance.md.
#[expect(clippy::cast_precision_loss, reason = "a count of calls is small")]
fn table(measured: &Measured, rounds: usize) -> String {
    let mut lines = vec![
        format!("Medians and ranges of {rounds} interleaved rounds, {} ms added to each call.\n", LATENCY.as_millis()),
        "| run | by | seconds | to ours | calls | depth |\n|---|---|---|---|---|---|".to_owned(),
    ];
    for cell in CELLS {
        let (_, ours, _) = range(&measured.runs[&(cell, Tool::Provisioner)], |run| run.milliseconds);
        for tool in TOOLS {
            let Some(runs) = measured.runs.get(&(cell, tool)) else { continue };
            let (least, middle, most) = range(runs, |run| run.milliseconds);
            let ((_, calls, _), (_, depth, _)) =
                (range(runs, |run| run.calls as f64), range(runs, |run| run.depth as f64));
            let seconds = format!("{:.2} ({:.2}–{:.2})", middle / 1000.0, least / 1000.0, most / 1000.0);
            let (name, ratio) = (tool.name(), middle / ours);
            lines.push(format!("| {} | {name} | {seconds} | {ratio:.2} | {calls} | {depth} |", label(cell)));
        }
    }
    lines.join("\n") + "\n"
}

fn label(cell: &str) -> &str {
    match cell {
        "first" => "first deploy",
        "unchanged" => "nothing to do",
        "code" => "new code",
        other => other,
    }
}

fn raw(measured: &Measured) -> Value {
    let one = |run: &Run| json!({"milliseconds": run.milliseconds, "calls": run.calls, "depth": run.depth});
    let cells = measured.runs.iter().map(|((cell, tool), runs)| {
        json!({"run": label(cell), "by": tool.name(), "rounds": runs.iter().map(one).collect::<Vec<_>>()})
    });
    json!({"added_milliseconds": LATENCY.as_secs_f64() * 1000.0, "runs": cells.collect::<Vec<_>>()})
}
