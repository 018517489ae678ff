//! AWS's own CLI, in an account and without the developer's own settings.

use std::path::Path;

use tokio::process::Command;

use super::account::{Account, REGION};
use super::ministack::venv;

/// Runs `aws ARGS` in a directory. It must succeed. Returns its stdout.
pub(crate) async fn aws(account: &Account, directory: &Path, args: &[&str]) -> String {
    let output = Command::new(venv().join("bin/aws"))
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(account.env(account.endpoint()))
        .env("AWS_DEFAULT_REGION", REGION)
        .current_dir(directory)
        .output()
        .await
        .expect("`aws`, which `make test` installs");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "aws {}\n{stdout}{stderr}", args.join(" "));
    stdout
}
