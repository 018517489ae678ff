//! Many functions in an account with AWS's default rate limits: the duration of each command and the minimum that the
//! limits allow.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::account::Account;
use crate::support::many::Many;
use crate::support::proxy::Proxy;
use crate::support::proxy::rate::{aws_rates, limited};

const FUNCTIONS: usize = 50;

const RUNS: [(&str, &[&str]); 5] = [
    ("plan, nothing is there", &["plan"]),
    ("first deploy", &["deploy", "--yes", "--no-smoke"]),
    ("nothing to do", &["deploy", "--yes", "--no-smoke"]),
    ("plan", &["plan"]),
    ("destroy", &["destroy", "--yes"]),
];

/// Runs the commands in one account and returns the table in Markdown, as in docs/performance.md.
#[expect(clippy::cast_precision_loss, reason = "a count of calls is small")]
pub(crate) fn table() -> String {
    let functions = env::var("MANY").ok().and_then(|many| many.parse().ok()).unwrap_or(FUNCTIONS);
    let (account, proxy, many) = (Account::fresh(), Proxy::start(), Many::functions(functions));
    proxy.on(aws_rates());
    let mut lines = vec![
        format!("\n{functions} functions behind AWS's limits.\n"),
        "| run | seconds | the limits allow | ratio | calls | a function | refused | longest limit |".to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    for (name, arguments) in RUNS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provisioner"));
        command.args(arguments).args(many.arguments());
        command.env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR")).envs(account.env(proxy.url()));
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).stdin(Stdio::null());
        proxy.clear();
        let started = Instant::now();
        let output = command.output().expect("the program starts");
        let seconds = started.elapsed().as_secs_f64();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {}\n{stderr}", output.status);
        let limited = limited(&proxy.calls());
        let allowed = limited.allowed.as_secs_f64();
        let ratio = if allowed < 1.0 { "–".to_owned() } else { format!("{:.2}", seconds / allowed) };
        let each = limited.done as f64 / functions as f64;
        let (done, refused, slowest) = (limited.done, limited.refused, limited.slowest);
        lines.push(format!(
            "| {name} | {seconds:.1} | {allowed:.1} | {ratio} | {done} | {each:.1} | {refused} | {slowest} |"
        ));
    }
    lines.join("\n") + "\n"
}
