//! `rollback`: points an alias to an earlier version.

use futures_util::future::try_join;
use provisioner::desired::{Desired, PackageCheck, Wanted};
use provisioner::observe::Reader as _;
use provisioner::plan::{Back, Plan, plan_rollback};
use provisioner::releases::Releases;
use provisioner::resources::Resource;
use provisioner::resources::alias::Alias;
use provisioner::{Command, Error, Hint, Result};

use super::apply::{Approval, Then, apply, before_any_write};
use super::session::Session;
use super::smoke;
use crate::cli::Rollback;
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Rollback) -> Result<Exit> {
    let session = Session::open(&arguments.given(), PackageCheck::Unread).await?;
    let (wanted, alias) = alias(&session.desired, arguments.alias.as_deref()).map_err(before_any_write)?;
    let reader = session.aws.reader();
    let (account, releases) =
        try_join(reader.account(), reader.releases(&alias.function_name)).await.map_err(before_any_write)?;
    let back = Back { to: arguments.to, smoke: !arguments.no_smoke };
    let plan = plan_rollback(&session.desired, wanted, alias, releases.as_ref(), &account, &back);
    let plan = plan.map_err(before_any_write)?.complete(terminal::completed);
    let command = Command::provisioner(["rollback"]);
    let command = arguments.to.iter().fold(command, |command, to| command.with("--to").with(to.to_string()));
    let approval = Approval { yes: arguments.yes, question: "point the alias to this version?", command };
    let exit = apply(&plan, &session, &approval, arguments.stack.output, &then(&plan)).await?;
    let may_move_again = arguments.to.is_none() || has_newer(releases.as_ref(), &plan);
    if exit == Exit::Done && !plan.is_empty() && may_move_again {
        terminal::note(
            "the template is unchanged: the next deploy points the alias to the version of the template again",
        );
    }
    Ok(exit)
}

/// The hint after a partial rollback. A second `rollback` without a version would go back one version more if the alias
/// has moved, so the hint names the version.
fn then(plan: &Plan) -> Then {
    let rollback = Command::provisioner(["rollback", "--to", destination(plan).unwrap_or("N")]);
    Then {
        again: Hint::new("roll back to the same version").run(rollback.clone()),
        unfit: Some(
            Hint::new("choose another version from the list, and name it with `--to`")
                .run(Command::provisioner(["status"]))
                .or(Hint::new("skip its smoke test").run(rollback.with("--no-smoke")))
                .or("if IAM denied one of its calls, deploy the state of the template that created it, with its policies"),
        ),
    }
}

/// The version that callers will get.
fn destination(plan: &Plan) -> Option<&str> {
    plan.steps.iter().find_map(|step| {
        if let Resource::Alias(alias) = &step.resource { Some(alias.function_version.as_str()) } else { None }
    })
}

/// Whether newer versions exist: then the version differs from the template, whose package is not read here.
fn has_newer(releases: Option<&Releases>, plan: &Plan) -> bool {
    let to: Option<u64> = destination(plan).and_then(|version| version.parse().ok());
    let newest = releases.and_then(|releases| releases.versions.iter().map(|version| version.number).max());
    newest > to
}

/// The alias to move.
fn alias<'d>(desired: &'d Desired, named: Option<&str>) -> Result<(&'d Wanted, &'d Alias)> {
    let aliases = || {
        desired.resources.iter().filter_map(|wanted| {
            if let Resource::Alias(alias) = &wanted.resource { Some((wanted, alias)) } else { None }
        })
    };
    let called = |function: &str, name: Option<&str>| {
        aliases().find(|(_, alias)| alias.function_name == function && Some(alias.name.as_str()) == name)
    };
    let chosen = match named {
        Some(named) => aliases().find(|(wanted, _)| wanted.logical_id == named),
        None => {
            let of_tests = desired.smoke_tests.iter().map(|one| (&one.function_name, &one.alias));
            let of_entrances = desired.entrances.iter().map(|one| (&one.function_name, &one.alias));
            let mut callees = of_tests.chain(of_entrances);
            let one = || smoke::one_function(desired).and_then(|(function, name)| called(&function, name.as_deref()));
            callees.find_map(|(function, name)| called(function, name.as_deref())).or_else(one)
        }
    };
    chosen.ok_or_else(|| {
        let names: Vec<_> = aliases().map(|(wanted, _)| wanted.logical_id.as_str()).collect();
        let cause = match named {
            Some(named) => format!("the template has no alias `{named}`"),
            None => "no smoke test, route or function URL uses an alias of the template".to_owned(),
        };
        let hint = match names.first() {
            None => Hint::new(
                "restore an earlier state of the template and the code, and deploy it (without an \
                 AWS::Lambda::Alias, callers get the function's unpublished code)",
            )
            .run(Command::provisioner(["deploy"])),
            Some(first) => Hint::new(format!("name an alias of the template ({})", names.join(", ")))
                .run(Command::provisioner(["rollback", "--alias", first])),
        };
        Error::new(format!("rolling back stack {}", desired.stack), cause).hint(hint)
    })
}
