//! A stack's status as text.

use std::fmt::Write as _;

use super::plan_text::{Row, notes, rows};
use super::value_text::readable;
use crate::hint::{Command, Hint};
use crate::plan::Action;
use crate::printable::line;
use crate::status::{AliasStatus, Difference, FunctionStatus, Share, State, Status, VersionStatus};
use crate::style::{added, changed, dim, strong};

/// The whole status: the deployed resources, the versions that callers get, the URLs, and the differences from the
/// template. `complete` completes the commands.
pub fn status_text(status: &Status, complete: impl Fn(Hint) -> Hint) -> String {
    let Status { stack, account, region, cloud_formation_stack, outputs, .. } = status;
    let mut text = format!("stack {} in {}, account {}\n", strong(line(stack)), line(region), line(account));
    if let Some(theirs) = cloud_formation_stack {
        let _ = writeln!(text, "owned by CloudFormation's stack {}", line(theirs));
    }
    for function in &status.functions {
        let code_is_compared = !status.code_not_compared.contains(&function.logical_id);
        let by_this_program = cloud_formation_stack.is_none();
        let _ = write!(text, "\n{}", function_text(function, by_this_program, code_is_compared, &complete));
    }
    if !outputs.is_empty() {
        text.push('\n');
    }
    let width = outputs.keys().map(|name| line(name).len()).max().unwrap_or_default();
    for (name, value) in outputs {
        let _ = writeln!(text, "{:<width$}  {}", line(name), line(value));
    }
    let _ = write!(text, "\n{}", comparison(status, &complete));
    text
}

/// The number of the newest versions that are shown; older ones are shown only if callers get them.
const SHOWN: usize = 10;

fn function_text(
    function: &FunctionStatus,
    by_this_program: bool,
    code_is_compared: bool,
    complete: &impl Fn(Hint) -> Hint,
) -> String {
    let FunctionStatus { logical_id, name, last_change, aliases, versions, outside_settings, awaits_alias } = function;
    let mut text =
        format!("function {} ({}), last changed {}\n", strong(line(name)), line(logical_id), time(last_change));
    for alias in aliases {
        let _ = writeln!(text, "  alias {} points to {}", line(&alias.name), target(alias));
    }
    if aliases.is_empty() {
        text.push_str(match awaits_alias {
            true => {
                "  no alias yet: the first deploy is not complete, and this stack sends no callers to the function\n"
            }
            false => "  no alias: callers get the unpublished code ($LATEST)\n",
        });
    }
    let shown = |(index, one): &(usize, &VersionStatus)| *index < SHOWN || !callers(one, aliases).is_empty();
    let listed: Vec<_> = versions.iter().enumerate().filter(shown).map(|(_, version)| version).collect();
    for version in &listed {
        let _ = writeln!(text, "{}", version_line(version, aliases, versions, code_is_compared));
    }
    if listed.len() < versions.len() {
        let _ = writeln!(text, "  {}", dim(format!("and {} older", versions.len() - listed.len())));
    }
    if !outside_settings.is_empty() {
        let set = readable(&outside_settings.join(", "));
        let _ = writeln!(
            text,
            "  {} {set}: a deploy keeps it, and each new version contains it",
            changed("not in the template:")
        );
    }
    for alias in aliases.iter().filter(|alias| by_this_program && alias.shares.len() > 1) {
        let _ = writeln!(text, "  {} {}", changed("canary"), line(&complete(canary(alias)).to_string()));
    }
    text
}

fn target(alias: &AliasStatus) -> String {
    let shared = alias.shares.len() > 1;
    let part = |version: &str, share: f64| match shared {
        true => format!("version {} ({})", line(version), percent(share)),
        false => format!("version {}", line(version)),
    };
    let parts: Vec<_> = alias.shares.iter().map(|share| part(&share.version, share.share)).collect();
    parts.join(" and ")
}

fn canary(alias: &AliasStatus) -> Hint {
    let rollback = Command::provisioner(["rollback"]);
    let rollback = match &alias.logical_id {
        Some(logical_id) => rollback.with("--alias").with(logical_id),
        None => rollback,
    };
    Hint::new(format!("of {} in progress: finish it with", alias.name))
        .with(Command::provisioner(["deploy"]).without("--canary"))
        .or(Hint::new("undo it with").with(rollback))
}

fn version_line(
    version: &VersionStatus,
    aliases: &[AliasStatus],
    all: &[VersionStatus],
    code_is_compared: bool,
) -> String {
    let width = all.iter().map(|one| one.number.to_string().len()).max().unwrap_or_default();
    let VersionStatus { number, published, release, description, in_sync } = version;
    let mut content = format!("  version {number:<width$}  {}  release {}", time(published), line(release));
    let mut remarks = callers(version, aliases);
    remarks.extend(in_sync.then(|| match code_is_compared {
        true => "matches the template".to_owned(),
        false => "matches the template; its code is not compared".to_owned(),
    }));
    if !remarks.is_empty() {
        let _ = write!(content, "  ({})", remarks.join(", "));
    }
    if !description.is_empty() {
        let _ = write!(content, "  ({})", line(description));
    }
    if callers(version, aliases).is_empty() { dim(content) } else { content }
}

/// The aliases whose callers get this version, with its share if they get others, too.
fn callers(version: &VersionStatus, aliases: &[AliasStatus]) -> Vec<String> {
    let number = version.number.to_string();
    let shares = aliases.iter().flat_map(|alias| alias.shares.iter().map(move |share| (alias, share)));
    let own = shares.filter(|(_, share)| share.version == number);
    let text = |(alias, share): (&AliasStatus, &Share)| match alias.shares.len() {
        1 => line(&alias.name).into_owned(),
        _ => format!("{} of {}", percent(share.share), line(&alias.name)),
    };
    own.map(text).collect()
}

fn percent(share: f64) -> String {
    let percent = format!("{:.2}", share * 100.0);
    format!("{}%", percent.trim_end_matches('0').trim_end_matches('.'))
}

/// `2026-11-25T19:30:00.000Z` as `2026-11-25 19:30:00 UTC`.
fn time(when: &str) -> String {
    match when.strip_suffix('Z').and_then(|when| when.split_once('T')) {
        Some((day, time)) => line(&format!("{day} {} UTC", time.split('.').next().unwrap_or_default())).into_owned(),
        None => line(when).into_owned(),
    }
}

/// The comparison of AWS with the template, and a hint.
fn comparison(status: &Status, complete: &impl Fn(Hint) -> Hint) -> String {
    let Status { resources, differences, state, .. } = status;
    let mut text = match state {
        State::NotDeployed => {
            let none = match resources {
                1 => "the template's one resource does not belong to this stack".to_owned(),
                many => format!("none of the template's {many} resources belongs to this stack"),
            };
            format!("{}: {none}\n", strong("not deployed"))
        }
        State::InSync => {
            let all = if *resources == 1 {
                "the one resource matches".to_owned()
            } else {
                format!("all {resources} resources match")
            };
            let code = if status.code_not_compared.is_empty() { "" } else { "; not all code is compared" };
            format!("{}: {all} the template{code}\n", added("no drift"))
        }
        State::Drifted => {
            let count = match (differences.len(), resources) {
                (_, 1) => "the one resource differs".to_owned(),
                (1, many) => format!("1 of {many} resources differs"),
                (some, many) => format!("{some} of {many} resources differ"),
            };
            format!("{}\n", changed(format!("{count} from the template (AWS → template)")))
        }
    };
    // Where nothing is deployed, every resource is missing: only the blockers are informative.
    if *state == State::Drifted && !differences.is_empty() {
        let _ = write!(text, "\n{}", rows(&differences.iter().map(Row::from).collect::<Vec<_>>()));
    }
    let blocked: Vec<_> = differences.iter().filter(|one| one.hint.is_some()).collect();
    if !blocked.is_empty() {
        text.push('\n');
    }
    for Difference { logical_id, reason, .. } in blocked {
        let _ = writeln!(
            text,
            "  {} {}",
            changed(format!("{}:", line(logical_id))),
            readable(reason.as_deref().unwrap_or(""))
        );
    }
    if !status.code_not_compared.is_empty() && *state != State::NotDeployed {
        let functions: Vec<_> = status.code_not_compared.iter().map(|id| line(id)).collect();
        let _ = write!(
            text,
            "\n{} the code of {} is not compared: there is no package on this machine\n",
            changed("note:"),
            functions.join(" and ")
        );
    }
    let awaited: Vec<_> = status.notes.iter().map(|note| note.clone().complete(complete)).collect();
    text.push_str(&notes(&awaited));
    for (index, hint) in hints(status).into_iter().map(complete).enumerate() {
        let gap = if index == 0 { "\n" } else { "" };
        let _ = writeln!(text, "{gap}hint: {}", readable(&hint.to_string()));
    }
    text
}

fn hints(status: &Status) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    for hint in status.differences.iter().filter_map(|one| one.hint.as_ref()) {
        if !hints.contains(hint) {
            hints.push(hint.clone());
        }
    }
    match (status.state, &status.cloud_formation_stack) {
        (State::InSync, _) => {}
        (_, Some(theirs)) => hints.push(
            Hint::new("apply the template")
                .run(Command::provisioner(["deploy", "--engine", "cloudformation", "--stack", theirs]))
                .also(
                    Hint::new(
                        "compare with CloudFormation's drift detection, since this status omits tags and permissions",
                    )
                    .run(Command::aws(["cloudformation", "detect-stack-drift", "--stack-name", theirs])),
                ),
        ),
        (State::NotDeployed, None) if hints.is_empty() => {
            hints.push(Hint::new("deploy the stack").run(Command::provisioner(["deploy"])).or(
                "if it is deployed already, check the account, the region, and the names and parameters of the deploy",
            ))
        }
        (State::NotDeployed, None) => {}
        (State::Drifted, None) if hints.is_empty() => hints.push(
            Hint::new("if the deploy had other parameters, pass them")
                .run(Command::provisioner(["status", "-P", "NAME=VALUE"]))
                .also(Hint::new("see the changes").run(Command::provisioner(["plan"])))
                .also(Hint::new("apply the template").run(Command::provisioner(["deploy"]))),
        ),
        (State::Drifted, None) => {}
    }
    hints
}

impl<'a> From<&'a Difference> for Row<'a> {
    fn from(one: &'a Difference) -> Self {
        Self {
            kind: line(&one.kind),
            logical_id: line(&one.logical_id),
            name: readable(&one.name),
            through_cloud_control: false,
            action: one.action,
            is_blocked: one.hint.is_some(),
            changes: &one.changes,
            reason: one.reason.as_deref().map(readable).or_else(|| missing(one)),
        }
    }
}

/// What `+` means in a status: a deploy would create it.
fn missing(Difference { action, kind, .. }: &Difference) -> Option<String> {
    let what = if kind == "AWS::Lambda::Version" { "not published" } else { "missing on AWS" };
    (*action == Action::Create).then(|| what.to_owned())
}

#[cfg(test)]
mod tests;
