//! A user with an account, the program and the chat's template. Every call passes through a proxy that counts.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Child;

use super::account::Account;
use super::aws::Aws;
use super::cli::{Cli, Run};
use super::package;
use super::proxy::Proxy;
use super::proxy::call::names;
use super::world::World;

pub(crate) struct User {
    pub(crate) account: Account,
    pub(crate) proxy: Proxy,
    cli: Cli,
    always: Vec<String>,
    /// The project's template without the properties that the user's AWS does not store, where that is needed.
    _template: Option<TemplateCopy>,
    /// The folder of the user's own template.
    folder: Option<TempDir>,
}

/// A handler that answers every event with a number.
const HANDLER: &str = "def handler(event, context):\n    return 1\n";

impl User {
    /// With an empty account.
    pub(crate) fn new() -> Self {
        Self::of(Account::fresh())
    }

    pub(crate) fn of(account: Account) -> Self {
        let proxy = Proxy::before(account.endpoint());
        account.aws().complete(&proxy);
        // The program finds the template in its working directory.
        let template = (account.aws() == Aws::Moto).then(|| account.aws().template());
        let cli = Cli::through(&account, &proxy);
        let cli = template.iter().fold(cli, |cli, template| cli.directory(&template.path("")));
        Self { account, proxy, cli, always: Vec::new(), _template: template, folder: None }
    }

    /// With the user's own template, `t.yaml`, in which `ACCOUNT` becomes the account's id. Next to it are a folder
    /// `code` and a file `code.zip`, each of which is a package of a function.
    pub(crate) fn of_template(account: Account, template: &str) -> Self {
        let folder = TempDir::new().expect("a directory");
        fs::create_dir(folder.path().join("code")).expect("a directory");
        fs::write(folder.path().join("code/index.py"), HANDLER).expect("the handler");
        fs::copy(package::answering_zip_file(1), folder.path().join("code.zip")).expect("the package");
        let file = folder.path().join("t.yaml");
        let user = Self::of(account).always(["--template".to_owned(), file.display().to_string()]);
        let user = Self { folder: Some(folder), ..user };
        user.write_template(template);
        user
    }

    /// Replaces the user's own template.
    pub(crate) fn write_template(&self, template: &str) {
        let template = template.replace("ACCOUNT", self.account.id());
        fs::write(self.file("t.yaml"), template).expect("the template");
    }

    /// The path of a file next to the user's own template.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.as_ref().expect("a template of their own").path().join(name)
    }

    /// Another user in the same account.
    pub(crate) fn in_account_of(other: &Self) -> Self {
        Self::of(other.account.again())
    }

    /// Adds these arguments to every command.
    pub(crate) fn always<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.always.extend(args.into_iter().map(Into::into));
        self
    }

    /// Removes the arguments that every command has.
    pub(crate) fn without_always(mut self) -> Self {
        self.always.clear();
        self
    }

    /// Runs a command to its end, with the package of the function as built for this machine.
    pub(crate) async fn run(&self, args: &[&str]) -> Run {
        self.cli.run(self.arguments(args)).await
    }

    /// Runs a command on a template without a function, and so without a package.
    pub(crate) async fn plain(&self, args: &[&str]) -> Run {
        let args = args.iter().copied().chain(self.always.iter().map(String::as_str));
        self.cli.run(args.map(OsString::from).collect::<Vec<_>>()).await
    }

    /// Starts a command, for tests that interrupt it.
    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        self.cli.spawn(self.arguments(args))
    }

    /// Runs a command. Returns the writing calls that it sent.
    pub(crate) async fn writes_of(&self, args: &[&str]) -> (Run, Vec<String>) {
        self.proxy.clear();
        let run = self.run(args).await;
        (run, names(&self.proxy.writes()))
    }

    /// Runs `deploy --no-smoke`, which must succeed.
    pub(crate) async fn deploy(&self, more: &[&str]) -> Run {
        self.run(&[&["deploy", "--no-smoke"], more].concat()).await.expect_success()
    }

    pub(crate) async fn world(&self) -> World {
        World::read(&self.account).await
    }

    fn arguments(&self, args: &[&str]) -> Vec<OsString> {
        let mut all: Vec<OsString> = args.iter().map(Into::into).collect();
        let reads_packages = matches!(args[0], "plan" | "deploy" | "update" | "status");
        let mut always = self.always.iter();
        while let Some(argument) = always.next() {
            if argument == "--code" && !reads_packages {
                always.next(); // the value
            } else {
                all.push(argument.into());
            }
        }
        if matches!(args[0], "plan" | "deploy" | "update") && !args.contains(&"--code") {
            all.extend(["--code".into(), code(self.account.aws().package())]);
        }
        all
    }
}

/// The value of `--code` for a package.
pub(crate) fn code(zip: &Path) -> OsString {
    format!("ChatFunction={}", zip.display()).into()
}

/// The URL in the outputs of `deploy --output json`.
pub(crate) fn chat_url(report: &Value) -> &str {
    report["outputs"]["ChatUrl"].as_str().expect("an output ChatUrl")
}

/// The project's template and its policies, to edit.
pub(crate) struct TemplateCopy(TempDir);

impl TemplateCopy {
    pub(crate) fn new() -> Self {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let copy = TempDir::new().expect("a directory");
        for folder in ["templates", "policies"] {
            fs::create_dir(copy.path().join(folder)).expect("a directory");
            for entry in fs::read_dir(project.join(folder)).expect("the project's files") {
                let file = entry.expect("a file").path();
                if file.is_dir() {
                    continue; // derived from the templates
                }
                let name = file.file_name().expect("a file's name");
                fs::copy(&file, copy.path().join(folder).join(name)).expect("a copy");
            }
        }
        Self(copy)
    }

    /// Replaces a text that must exist.
    pub(crate) fn edited(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).expect("a file of the copy");
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(&path, text.replacen(from, to, 1)).expect("a file of the copy");
        self
    }

    /// Removes the first property whose line begins with this text, and the lines inside it.
    pub(crate) fn without(self, file: &str, property: &str) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).expect("a file of the copy");
        let depth = |line: &str| line.len() - line.trim_start().len();
        let mut lines: Vec<&str> = text.lines().collect();
        let first = lines.iter().position(|line| line.trim_start().starts_with(property)).expect("the property");
        let inside = lines[first + 1..].iter().take_while(|line| depth(line) > depth(lines[first])).count();
        lines.drain(first..=first + inside);
        fs::write(&path, lines.join("\n") + "\n").expect("a file of the copy");
        self
    }

    /// The arguments, for a copy that outlives this value.
    pub(crate) fn kept(self) -> [String; 2] {
        let arguments = self.arguments();
        let _kept = self.0.keep();
        arguments
    }

    pub(crate) fn chat(&self) -> PathBuf {
        self.path("templates/chat.yaml")
    }

    /// The path of a file or folder of the copy.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    /// The arguments for `User::always`.
    pub(crate) fn arguments(&self) -> [String; 2] {
        ["--template".to_owned(), self.chat().display().to_string()]
    }
}
