//! The shell runs the commands of the README and of the pages that follow it, unchanged and in order.
//!
//! A block that cannot run here gives the reason after its fence: `no-run: reason`. `until Ctrl-C` is on the one block
//! that keeps running. The block `text plan` contains the output of the first `make plan`; `UPDATE_DOCS=1` writes it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use fancy_regex::Regex;

use crate::markdown::{Block, blocks, read, root};
use crate::ministack::ministack;

/// The user's own preparation: films in a table, and an API.
const BEFORE: &str = "
aws dynamodb create-table --table-name cinedb --billing-mode PAY_PER_REQUEST \
  --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH
aws dynamodb put-item --table-name cinedb --item '{\"id\": {\"S\": \"1\"}, \"title\": {\"S\": \"Arrival\"}}'
";
const OWN_API: &str = "
API_ID=$(aws apigatewayv2 create-api --name movies --protocol-type HTTP --query ApiId --output text)
aws apigatewayv2 create-stage --api-id \"$API_ID\" --stage-name '$default' --auto-deploy > /dev/null
echo \"$API_ID\"
";
/// The resources to adopt.
const BY_HAND: &str = "
aws iam create-role --role-name cinedb-chat-bedrock-role --assume-role-policy-document file://policies/lambda-trust.json
";

/// The text that the output of some commands must contain.
const SEEN: &[(&str, &str)] = &[
    ("curl", "\"usage\""),
    ("make help", "destroy"),
    ("describe-table", "ACTIVE"),
    ("Denis Villeneuve", "\"statusCode\": 200"),
    ("make deploy\n", "ChatUrl"),
    ("MemorySize=1024", "512 → 1024"),
    ("provisioner rollback", "2 → 1"),
    ("provisioner status", "live points to version 1"),
    ("test-event.json", "\"statusCode\": 200"),
    ("--parameter ApiId=$API_ID\"\n", "OPTIONS /chat"),
    ("make destroy", "to delete"),
    ("--adopt", "1 to adopt"),
];

/// The pages with commands, in the order in which a user runs them.
const PAGES: [&str; 5] =
    ["README.md", "docs/deploying.md", "docs/existing-resources.md", "docs/engines.md", "docs/migrating.md"];

#[test]
fn the_commands_of_the_documents_work() {
    let mut shell = Shell::new();
    shell.run_text(BEFORE);
    let own_api = shell.run_text(OWN_API);
    shell.set("API_ID", String::from_utf8_lossy(&own_api.stdout).trim());

    let (mut local, mut first_plan, mut ran) = (None, None, 0);
    let blocks = PAGES.into_iter().flat_map(|page| blocks(&read(page)).into_iter().map(move |block| (page, block)));
    for (page, block) in blocks.filter(|(_, block)| block.info.starts_with("sh") || block.info == "text plan") {
        if first_plan.is_none() && block.text.starts_with("make plan\n") {
            let printed = shell.run_text("make plan");
            first_plan = Some(shown(&String::from_utf8_lossy(&printed.stdout)));
        }
        match block.info.as_str() {
            "text plan" => {
                check_output(page, &block, first_plan.as_deref().expect("a `make plan` before"));
                continue;
            }
            "sh until Ctrl-C" => {
                let started = Local::start(&shell, page, &block);
                shell.set("CHAT_URL", &started.url);
                local = Some(started);
            }
            "sh" => {
                if block.text.contains("--adopt") {
                    shell.run_text(BY_HAND);
                }
                shell.run(page, &block);
            }
            other => {
                let reason = other.strip_prefix("sh no-run: ").unwrap_or_default();
                assert!(!reason.is_empty(), "{page}:{}: why is `{other}` not run?", block.line);
                continue;
            }
        }
        ran += 1;
        // The stack on AWS follows the local one, so that two local AWS emulators are not needed at once.
        if block.text.starts_with("curl")
            && let Some(local) = local.take()
        {
            local.interrupt();
        }
    }
    assert!(local.is_none(), "nothing was asked of `make local`");
    assert!(ran > 10, "only {ran} blocks were run");
}

/// MiniStack's account for the key `test`.
const ACCOUNT: &str = "000000000000";

/// The output, without the parts that differ in another build or account.
fn shown(printed: &str) -> String {
    let release = Regex::new("release [0-9a-f]{8}").expect("a pattern");
    release.replace_all(&printed.replace(ACCOUNT, "123456789012"), "release 1a2b3c4d").into_owned()
}

/// The output that a block shows must equal the printed output.
fn check_output(page: &str, block: &Block, printed: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let (text, fence) = (read(page), format!("```{}\n", block.info));
        let (before, after) = (text.replacen(&format!("{fence}{}", block.text), &fence, 1), fence);
        let with_output = before.replacen(&after, &format!("{after}{printed}"), 1);
        fs::write(root().join(page), with_output).expect("the page");
        return;
    }
    let line = block.line;
    assert_eq!(block.text, printed, "{page}:{line}: UPDATE_DOCS=1 writes it");
}

/// A shell with a user's settings: credentials for AWS, which MiniStack emulates, and a quick build.
struct Shell {
    env: Vec<(String, String)>,
    port: u16,
}

impl Shell {
    fn new() -> Self {
        let inherited = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR", "RUSTFLAGS"];
        let mut env: Vec<_> = inherited
            .into_iter()
            .filter_map(|name| std::env::var(name).ok().map(|value| (name.to_owned(), value)))
            .collect();
        let port = free_port();
        // `provisioner` and `aws` are on the user's path.
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{}:{path}", programs().display(), root().join(".venv/bin").display());
        let own = [
            ("PATH", path.as_str()),
            ("PROFILE", "dev"),
            ("FUNCTION_PROFILE", "dev"),
            // The programs of this test's own build are used, so that each is compiled only once.
            ("PREBUILT", "1"),
            ("PORT", &port.to_string()),
            ("AWS_ENDPOINT_URL", ministack().url()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ];
        env.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self { env, port }
    }

    fn set(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    fn command(&self, text: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", text]).current_dir(root()).stdin(Stdio::null());
        command.env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    #[track_caller]
    fn run_text(&self, text: &str) -> Output {
        let output = self.command(text).output().expect("bash");
        assert!(output.status.success(), "{}", transcript(text, &output));
        output
    }

    fn run(&self, page: &str, block: &Block) {
        let Block { line, text, .. } = block;
        let output = self.command(text).output().expect("bash");
        assert!(output.status.success(), "{page}:{line}: {}", transcript(text, &output));
        for (command, seen) in SEEN.iter().filter(|(command, _)| text.contains(command)) {
            let transcript = transcript(text, &output);
            assert!(transcript.contains(seen), "{page}:{line}: `{command}` does not print `{seen}`: {transcript}");
        }
    }
}

fn transcript(text: &str, output: &Output) -> String {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{text}--- stdout\n{stdout}--- stderr\n{stderr}--- {}", output.status)
}

/// The folder in which `make` puts the programs: target/PROFILE, above this test's target/PROFILE/deps.
fn programs() -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    test.ancestors().nth(2).map(Path::to_owned).expect("target/PROFILE above this test")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port on loopback").port()
}

/// A running `make local`. It ends with the test, even when the test fails.
struct Local {
    group: Child,
    url: String,
    port: u16,
    stderr: PathBuf,
}

impl Local {
    fn start(shell: &Shell, page: &str, block: &Block) -> Self {
        let stderr = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-local.stderr");
        let log = File::create(&stderr).expect("a file for its stderr");
        let mut command = shell.command(&block.text);
        command.stdout(Stdio::piped()).stderr(log).process_group(0);
        let mut group = command.spawn().expect("bash");
        let stdout = BufReader::new(group.stdout.take().expect("its stdout"));
        let mut local = Self { group, url: String::new(), port: shell.port, stderr };
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if let Some(url) = line.strip_prefix("chat: ") {
                    let _ = sender.send(url.to_owned());
                }
            }
        });
        // A cold build may be necessary first.
        match receiver.recv_timeout(Duration::from_secs(900)) {
            Ok(url) => local.url = url,
            Err(_) => panic!("{page}:{}: no `chat: URL` came; stderr was\n{}", block.line, local.log()),
        }
        local
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }

    fn signal(&self, name: &str) {
        let group = format!("-{}", self.group.id());
        let _ = Command::new("kill").args([name, "--", &group]).stderr(Stdio::null()).status();
    }

    /// Sends Ctrl-C as a terminal does: to the whole process group.
    fn interrupt(mut self) {
        self.signal("-INT");
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.group.try_wait().expect("its status").is_none() {
            assert!(Instant::now() < deadline, "`make local` does not end on Ctrl-C:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(self.log().contains("\nstopping"), "it ended otherwise:\n{}", self.log());
        let is_closed = || TcpStream::connect(("127.0.0.1", self.port)).is_err();
        while !is_closed() {
            assert!(Instant::now() < deadline, "its MiniStack still answers on port {}", self.port);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if matches!(self.group.try_wait(), Ok(None)) {
            self.signal("-TERM");
            let _ = self.group.wait();
        }
    }
}
