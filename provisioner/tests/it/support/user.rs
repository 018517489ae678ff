//! A person with an account, the program and the chat's template. Every call goes through a proxy that counts.

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
    /// Where the project's own has what their AWS does not keep.
    _template: Option<TemplateCopy>,
    /// Where a template of their own lies.
    folder: Option<TempDir>,
}

/// A handler that answers every event with a number.
const HANDLER: &str = "def handler(event, context):\n    return 1\n";

impl User {
    /// With an account that is empty.
    pub(crate) fn new() -> Self {
        Self::of(Account::fresh())
    }

    pub(crate) fn of(account: Account) -> Self {
        let proxy = Proxy::before(account.endpoint());
        account.aws().completed_by(&proxy);
        // The program finds the template where it runs.
        let template = (account.aws() == Aws::Moto).then(|| account.aws().template());
        let cli = Cli::through(&account, &proxy);
        let cli = template.iter().fold(cli, |cli, template| cli.directory(&template.path("")));
        Self { account, proxy, cli, always: Vec::new(), _template: template, folder: None }
    }

    /// With a template of their own, `t.yaml`, where `ACCOUNT` is the account's id. Next to it lie a folder `code` and a
    /// file `code.zip`, each of which Lambda takes for a function.
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

    /// Replaces their own template.
    pub(crate) fn write_template(&self, template: &str) {
        let template = template.replace("ACCOUNT", self.account.id());
        fs::write(self.file("t.yaml"), template).expect("the template");
    }

    /// A file next to their own template.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.as_ref().expect("a template of their own").path().join(name)
    }

    /// Another person in the same account.
    pub(crate) fn beside(other: &Self) -> Self {
        Self::of(other.account.again())
    }

    /// Says this with every command.
    pub(crate) fn always<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.always.extend(args.into_iter().map(Into::into));
        self
    }

    /// Says with no command any more what was always said.
    pub(crate) fn without_always(mut self) -> Self {
        self.always.clear();
        self
    }

    /// Runs a command to its end, with the package of the function as built for this machine.
    pub(crate) async fn run(&self, args: &[&str]) -> Run {
        self.cli.run(self.arguments(args)).await
    }

    /// Runs a command on a template that has no function, so without a package.
    pub(crate) async fn plain(&self, args: &[&str]) -> Run {
        let args = args.iter().copied().chain(self.always.iter().map(String::as_str));
        self.cli.run(args.map(OsString::from).collect::<Vec<_>>()).await
    }

    /// Starts a command, for those who want to interrupt it.
    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        self.cli.spawn(self.arguments(args))
    }

    /// Runs a command; the writing calls that it sent.
    pub(crate) async fn writes_of(&self, args: &[&str]) -> (Run, Vec<String>) {
        self.proxy.clear();
        let run = self.run(args).await;
        (run, names(&self.proxy.writes()))
    }

    /// `deploy --no-smoke`, which has to work.
    pub(crate) async fn deploy(&self, more: &[&str]) -> Run {
        self.run(&[&["deploy", "--no-smoke"], more].concat()).await.expect_success()
    }

    pub(crate) async fn world(&self) -> World {
        World::read(&self.account).await
    }

    fn arguments(&self, args: &[&str]) -> Vec<OsString> {
        let mut all: Vec<OsString> = args.iter().map(Into::into).collect();
        all.extend(self.always.iter().map(Into::into));
        if matches!(args[0], "plan" | "deploy" | "update") && !args.contains(&"--code") {
            all.extend(["--code".into(), code(self.account.aws().package())]);
        }
        all
    }
}

/// What `--code` takes for a package.
pub(crate) fn code(zip: &Path) -> OsString {
    format!("ChatFunction={}", zip.display()).into()
}

/// The URL in the outputs of a `deploy --output json`.
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
                    continue; // what is derived from the templates
                }
                let name = file.file_name().expect("a file's name");
                fs::copy(&file, copy.path().join(folder).join(name)).expect("a copy");
            }
        }
        Self(copy)
    }

    /// Replaces a text that has to be there.
    pub(crate) fn edited(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).expect("a file of the copy");
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(&path, text.replacen(from, to, 1)).expect("a file of the copy");
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

    /// A file or folder of the copy.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    /// For `User::always`.
    pub(crate) fn arguments(&self) -> [String; 2] {
        ["--template".to_owned(), self.chat().display().to_string()]
    }
}
