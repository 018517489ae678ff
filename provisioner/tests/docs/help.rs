//! `docs/commands.md` contains the help of every command, and completions and man pages know the same commands.

use std::fs;
use std::process::{Command, Stdio};

use crate::markdown::{read, root};

const PAGE: &str = "docs/commands.md";
const INTRODUCTION: &str = "# Commands

This page contains `provisioner --help` and the help of each command, which a test keeps up to date \
(`UPDATE_DOCS=1 cargo test --workspace --locked --test docs the_page_of_commands`).

`provisioner completions SHELL` prints the completion script of bash, elvish, fish, powershell or zsh, and \
`provisioner man DIR` writes man pages. Both come from the same definition as this help, and both are in the archives of \
a release.
";

/// What the program prints without a terminal and without environment variables.
fn printed(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provisioner"));
    let output = command.args(arguments).env_clear().stdin(Stdio::null()).output().expect("the provisioner");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The commands that `--help` lists, without `help`.
fn commands() -> Vec<String> {
    let help = printed(&["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A long description continues on a line with a larger indent.
    let names = listed.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let names: Vec<_> = names.map(str::to_owned).collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

#[test]
fn the_page_of_commands_contains_their_help() {
    let mut page = format!("{INTRODUCTION}\n```text\n{}```\n", printed(&["--help"]));
    for name in commands() {
        page.push_str(&format!("\n## {name}\n\n```text\n{}```\n", printed(&[&name, "--help"])));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join(PAGE), &page).expect("the page");
    }
    assert_eq!(read(PAGE), page, "{PAGE} is out of date: UPDATE_DOCS=1 writes it");
}

#[test]
fn help_uses_the_projects_words() {
    // CONTRIBUTING.md lists words to avoid. These have no other meaning in the help.
    let avoided = [
        "tell", "told", "lead", "stand in", "way back", "made anew", "beside", "hold", "mark", "heal", "shall",
        "whoever", "somebody", "nobody",
    ];
    for name in commands() {
        let help = printed(&[&name, "--help"]).to_lowercase();
        let words: Vec<_> = help.split(|character: char| !character.is_alphabetic()).collect();
        let found: Vec<_> =
            avoided.iter().filter(|word| words.contains(word) || help.contains(&format!(" {word} "))).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn completions_know_every_command_in_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(&["completions", shell]);
        for name in commands() {
            assert!(script.contains(&name), "{shell}: {name}");
        }
        assert!(script.contains("keep-versions"), "{shell}");
    }
    let script = format!("{}\ncomplete -p provisioner", printed(&["completions", "bash"]));
    let bash = Command::new("bash").args(["-euc", &script]).output().expect("bash");
    let complete = String::from_utf8_lossy(&bash.stdout);
    assert!(bash.status.success() && complete.contains("_provisioner"), "{bash:?}");
}

#[test]
fn each_command_has_a_man_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("share/man/man1");
    printed(&["man", pages.to_str().expect("text")]);
    let page = |name: &str| fs::read_to_string(pages.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(page("provisioner.1").contains("CloudFormation template"));
    for name in commands() {
        assert!(page(&format!("provisioner-{name}.1")).contains(".SH DESCRIPTION"), "{name}");
    }
    assert!(page("provisioner-deploy.1").contains("keep"));
    let written = fs::read_dir(&pages).expect("the folder").count();
    assert_eq!(written, commands().len() + 1, "a page for each command, and one for the program");
}
