//! `make bench`: compares the chat with a Lambda function that does nothing and with the Python seed.
//!
//! The seed is `harness/seed/lambda_function.py`: the chat in Python with boto3. Each program runs in new processes,
//! one after the other, in rounds. The benchmark prints a table and writes every run to `runs.json` in the folder of
//! the packages.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that measures and prints")]

use std::path::Path;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use harness::backend::Backend;
use harness::child::{Environment, Program};
use harness::runtime_api::Answer;
use serde::Serialize;
use serde_json::{Value, json};

/// The number of processes for each program.
const ROUNDS: usize = 9;
/// The number of requests to each process after the first one.
const WARM: usize = 300;

/// The program that streams its answers.
const STREAMING: &str = "the chat, `STREAMING=true`";

/// The measurements of one process.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    program: &'static str,
    first_answer_ms: f64,
    first_answer_cpu_ms: f64,
    warm_us: Vec<u64>,
    /// The time to the first word of each request. Empty if the program does not stream.
    first_word_us: Vec<u64>,
    warm_cpu_us: f64,
    resident_kib: u64,
}

fn main() -> Result<()> {
    let folder = env::args().nth(1).context("usage: bench FOLDER PYTHON")?;
    let python = env::args().nth(2).context("usage: bench FOLDER PYTHON")?;
    let folder = Path::new(&folder).canonicalize().with_context(|| format!("looking for {folder}"))?;
    let backend = Backend::start(&folder)?;
    let programs = programs(&folder, &python);
    let mut runs = Vec::new();
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        for (name, _, program) in &programs {
            runs.push(run(name, program, &backend).with_context(|| format!("running {name:?}"))?);
        }
    }
    let raw = folder.join("runs.json");
    fs::write(&raw, serde_json::to_vec(&runs)?).with_context(|| format!("writing {}", raw.display()))?;

    println!("| | spawn→first answer | its CPU | warm p50 / p99 | first word p50 / p99 | CPU/invocation | RSS | zip |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut seed = None;
    for (name, zip, _) in &programs {
        let zip = folder.join(zip);
        let size = fs::metadata(&zip).with_context(|| format!("looking at {}", zip.display()))?.len();
        let row = Row::of(&runs, name, size);
        let seed = seed.get_or_insert(row);
        println!("{}", row.markdown(name, seed));
    }
    Ok(())
}

/// The name, the package and the start command of each program. The others are compared with the first.
fn programs(folder: &Path, python: &str) -> [(&'static str, &'static str, Program); 5] {
    let at = |name: &str| folder.join(name).display().to_string();
    let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let chat = |settings| Program { command: vec![at("function/bootstrap")], settings };
    let seed = Program {
        command: [python, "-m", "awslambdaric", "lambda_function.lambda_handler"].map(str::to_owned).to_vec(),
        settings: vec![set("PYTHONPATH", &at("seed")), set("LAMBDA_TASK_ROOT", &at("seed"))],
    };
    [
        ("seed in Python, boto3", "seed.zip", seed),
        ("the chat, `CATALOG_TTL=0`", "function.zip", chat(vec![set("CATALOG_TTL", "0")])),
        ("the chat", "function.zip", chat(Vec::new())),
        (STREAMING, "function.zip", chat(vec![set("STREAMING", "true")])),
        (
            "Rust runtime doing nothing",
            "idle.zip",
            Program { command: vec![at("idle/bootstrap")], settings: Vec::new() },
        ),
    ]
}

fn run(name: &'static str, program: &Program, backend: &Backend) -> Result<Run> {
    let event = json!({
        "httpMethod": "POST",
        "path": "/chat",
        "body": json!({"message": "Recommend me a sci-fi movie with a good end", "history": [
            {"role": "user", "content": "Hello, I like quiet films"},
            {"role": "assistant", "content": "Then let us find you a quiet one."},
        ]}).to_string(),
    });
    let event = event.to_string().into_bytes();
    let environment = Environment::start(program, backend)?;
    let send = || if name == STREAMING { streamed(&environment, &event) } else { whole(&environment, &event) };
    let (_, first) = send()?;
    let cold = environment.cpu()?;
    let (mut warm_us, mut first_word_us) = (Vec::with_capacity(WARM), Vec::new());
    for _ in 0..WARM {
        let (first_word, answer) = send()?;
        warm_us.push(u64::try_from(answer.took.as_micros())?);
        first_word_us.extend(first_word.map(|took| u64::try_from(took.as_micros())).transpose()?);
    }
    let warm = environment.cpu()?.saturating_sub(cold);
    Ok(Run {
        program: name,
        first_answer_ms: (first.at - environment.since).as_secs_f64() * 1e3,
        first_answer_cpu_ms: cold.as_secs_f64() * 1e3,
        warm_us,
        first_word_us,
        warm_cpu_us: warm.as_secs_f64() * 1e6 / WARM as f64,
        resident_kib: environment.resident()?,
    })
}

/// Sends one request. An answer other than 200 ends the run, because an error is fast and its time means nothing.
fn whole(environment: &Environment, event: &[u8]) -> Result<(Option<Duration>, Answer)> {
    let answer = environment.invoke(event)?;
    let reply: Value = serde_json::from_slice(&answer.body).context("reading an answer")?;
    ensure!(reply["statusCode"] == 200, "the answer is not a good one: {reply}");
    Ok((None, answer))
}

/// Sends one request to the streaming program, and measures the time from the event to the first word.
fn streamed(environment: &Environment, event: &[u8]) -> Result<(Option<Duration>, Answer)> {
    environment.send_event(event)?;
    let (mut answer_stream, mut head) = (environment.streamed_answer()?, Vec::new());
    while !contains(&head, b"event: token") {
        head.extend(answer_stream.chunk().context("waiting for the first word")?);
    }
    let first_word = answer_stream.elapsed();
    let answer = answer_stream.rest()?;
    ensure!(contains(&answer.body, b"event: done"), "the answer has no end");
    Ok((Some(first_word), answer))
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// The medians over the processes of a program.
#[derive(Debug, Clone, Copy)]
struct Row {
    first: f64,
    first_cpu: f64,
    p50: f64,
    p99: f64,
    /// p50 and p99, if the program streams.
    first_word: Option<(f64, f64)>,
    cpu: f64,
    resident: f64,
    zip: f64,
}

impl Row {
    fn of(runs: &[Run], name: &str, zip: u64) -> Self {
        let median_over = |value: &dyn Fn(&Run) -> f64| {
            quantile(runs.iter().filter(|run| run.program == name).map(value).collect(), 0.5)
        };
        let times = |times: &[u64], share| quantile(times.iter().map(|&us| us as f64).collect(), share);
        let warm = |run: &Run, share| times(&run.warm_us, share);
        let first_word = |share| median_over(&|run| times(&run.first_word_us, share)) / 1e3;
        Self {
            first: median_over(&|run| run.first_answer_ms),
            first_cpu: median_over(&|run| run.first_answer_cpu_ms),
            p50: median_over(&|run| warm(run, 0.5)) / 1e3,
            p99: median_over(&|run| warm(run, 0.99)) / 1e3,
            first_word: (name == STREAMING).then(|| (first_word(0.5), first_word(0.99))),
            cpu: median_over(&|run| run.warm_cpu_us),
            resident: median_over(&|run| run.resident_kib as f64) / 1024.0,
            zip: zip as f64 / 1e6,
        }
    }

    /// The row of the table, each value with its ratio to the seed's value.
    fn markdown(&self, name: &str, seed: &Self) -> String {
        let ratio = |own: f64, seed: f64| format!("(1/{:.1})", seed / own);
        let first_word = self.first_word.map_or("–".to_owned(), |(p50, p99)| format!("{p50:.2} / {p99:.2} ms"));
        format!(
            "| {name} | {:.1} ms {} | {:.1} ms {} | {:.2} / {:.2} ms {} | {first_word} | {:.0} µs {} | {:.1} MB {} | {:.2} MB {} |",
            self.first,
            ratio(self.first, seed.first),
            self.first_cpu,
            ratio(self.first_cpu, seed.first_cpu),
            self.p50,
            self.p99,
            ratio(self.p50, seed.p50),
            self.cpu,
            ratio(self.cpu, seed.cpu),
            self.resident,
            ratio(self.resident, seed.resident),
            self.zip,
            ratio(self.zip, seed.zip),
        )
    }
}

/// The quantile `share` of `values`.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}
