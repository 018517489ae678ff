//! The planning options of `plan`, `deploy` and `update`: the same for the same arguments. And the arguments of each
//! command that a proposed command repeats.

use provisioner::plan::Options;

use crate::cli::{
    BeyondArgs, Deploy, DeployBy, DeployOptions, Destroy, Given, Invoke, KEPT_VERSIONS, Plan, Rollback, Status, Update,
};

impl Plan {
    /// The options besides the template.
    pub(super) fn plan_options(&self) -> Options {
        plan_options(&self.options, &self.beyond)
    }

    pub(super) fn given(&self) -> Given<'_> {
        let given = Given::of(&self.stack).with_code(&self.code.code).with_options(&self.plan_options());
        given.with_engine(self.by.engine, self.by.bucket.as_deref())
    }
}

impl Deploy {
    /// The options besides the template.
    pub(super) fn plan_options(&self) -> Options {
        plan_options(&self.options, &self.beyond)
    }

    pub(super) fn given(&self) -> Given<'_> {
        Given::of(&self.stack).with_code(&self.code.code).with_options(&self.plan_options())
    }
}

impl DeployBy {
    pub(super) fn given(&self) -> Given<'_> {
        self.deploy.given().with_engine(self.by.engine, self.by.bucket.as_deref())
    }
}

impl Update {
    /// The options besides the template.
    pub(super) fn plan_options(&self) -> Options {
        plan_options(&self.options, &BeyondArgs::default())
    }

    pub(super) fn given(&self) -> Given<'_> {
        Given::of(&self.stack).with_code(&self.code.code).with_options(&self.plan_options())
    }
}

impl Rollback {
    pub(super) fn given(&self) -> Given<'_> {
        Given::of(&self.stack).with_rollback(self.alias.as_deref(), self.no_smoke)
    }
}

impl Status {
    pub(super) fn given(&self) -> Given<'_> {
        Given::of(&self.stack).with_code(&self.code.code)
    }
}

impl Destroy {
    pub(super) fn given(&self) -> Given<'_> {
        Given::of(&self.stack).with_engine(self.engine, None)
    }
}

impl Invoke {
    pub(super) fn given(&self) -> Given<'_> {
        Given::of(&self.stack)
    }
}

fn plan_options(arguments: &DeployOptions, beyond: &BeyondArgs) -> Options {
    Options {
        adopt: arguments.adopt,
        take_over: beyond.take_over,
        prune: beyond.prune,
        smoke: !arguments.no_smoke,
        canary: arguments.canary.canary(),
        keep_versions: Some(arguments.keep_versions.unwrap_or(KEPT_VERSIONS).get()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser as _;
    use provisioner::{Command, Hint};

    use crate::cli::{Cli, Command as Verb, SameStack};

    /// The proposed command, completed after this command.
    fn completed(run: &str, proposed: Command) -> String {
        let verb = Cli::try_parse_from(run.split(' ')).unwrap().command;
        let given = match &verb {
            Verb::Plan(plan) => plan.given(),
            Verb::Deploy(deploy) => deploy.given(),
            Verb::Update(update) => update.given(),
            Verb::Rollback(rollback) => rollback.given(),
            Verb::Destroy(destroy) => destroy.given(),
            Verb::Status(status) => status.given(),
            Verb::Invoke(invoke) => invoke.given(),
            Verb::Local(_) | Verb::Package(_) | Verb::Synth(_) | Verb::Completions(_) | Verb::Man(_) => panic!("{run}"),
        };
        let same_stack = SameStack::of(&given, &BTreeSet::new());
        let once = Hint::new("run").run(proposed).complete(|command| same_stack.complete(command));
        let twice = once.clone().complete(|command| same_stack.complete(command));
        assert_eq!(once, twice, "a complete command does not change");
        once.to_string().trim_start_matches("run: `").trim_end_matches('`').to_owned()
    }

    #[test]
    fn a_proposed_command_has_the_options_of_this_run_that_it_accepts() {
        let read = |text: &str| Command::provisioner(text.split(' '));
        let canary = "provisioner deploy --canary 10";
        for (run, proposed, whole) in [
            (canary, read("deploy --adopt"), "deploy --adopt --canary 10 --bake 5m"),
            (canary, read("rollback --alias Alias"), "rollback --alias Alias"),
            (canary, read("deploy").without("--canary"), "deploy"),
            ("provisioner plan --adopt", read("deploy --take-over"), "deploy --take-over --adopt"),
            ("provisioner plan --take-over --adopt", read("deploy --prune"), "deploy --prune --adopt --take-over"),
            ("provisioner plan --prune --stack s", read("plan"), "plan --stack s --prune"),
            (
                "provisioner deploy --yes --no-smoke --keep-versions 2 --canary 5 --bake 90s --code F=f.zip -P A=1",
                read("deploy --adopt"),
                "deploy --adopt -P A=1 --code F=f.zip --no-smoke --canary 5 --bake 90s --keep-versions 2",
            ),
            ("provisioner deploy --keep-versions 5", read("deploy --prune"), "deploy --prune"),
            ("provisioner update --no-smoke --adopt", read("deploy"), "deploy --adopt --no-smoke"),
            (
                "provisioner deploy --prune --no-smoke --code F=f.zip",
                read("update"),
                "update --code F=f.zip --no-smoke",
            ),
            ("provisioner deploy --adopt", read("destroy"), "destroy"),
            ("provisioner deploy --adopt", read("status"), "status"),
            (
                "provisioner plan --parameters all.yaml -P A=1 --stack s",
                read("deploy --plan p"),
                "deploy --plan p --stack s",
            ),
            ("provisioner plan --adopt --code F=f.zip", read("deploy --plan p"), "deploy --plan p"),
            (
                "provisioner plan --adopt --prune --canary 5 --no-smoke",
                read("deploy --engine cloudformation --stack s"),
                "deploy --engine cloudformation --stack s --no-smoke",
            ),
            (
                "provisioner deploy --engine cloudformation --bucket b --no-smoke",
                read("plan"),
                "plan --no-smoke --engine cloudformation --bucket b",
            ),
            ("provisioner plan --engine cloudformation", read("rollback"), "rollback"),
            ("provisioner destroy --engine cloudformation", read("destroy"), "destroy --engine cloudformation"),
            (
                "provisioner rollback --alias Beta --no-smoke",
                read("rollback --to 7"),
                "rollback --to 7 --alias Beta --no-smoke",
            ),
            ("provisioner rollback --no-smoke", read("deploy --adopt"), "deploy --adopt"),
            ("provisioner status --code F=f.zip", read("deploy"), "deploy --code F=f.zip"),
            ("provisioner invoke --stack s", read("invoke --log"), "invoke --log --stack s"),
        ] {
            assert_eq!(completed(run, proposed), format!("provisioner {whole}"), "after {run}");
        }
    }
}
