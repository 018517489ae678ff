//! The plan's JSON, and its schema.

use std::path::Path;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::judge::{existing, foreign};
use super::spec::Spec;
use super::{planned, planned_removal};
use crate::plan::{Canary, Options, Plan};
use crate::world::State;

/// The schema of the JSON output.
pub(crate) fn generated<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::default().for_serialize().into_generator();
    serde_json::to_value(generator.into_root_schema_for::<T>()).unwrap()
}

/// Compares `docs/WHAT.schema.json` with the type, or rewrites it with `UPDATE_SCHEMA=1`.
pub(crate) fn assert_is_published<T: JsonSchema>(what: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/{what}.schema.json"));
    let text = serde_json::to_string_pretty(&generated::<T>()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let published = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        published == text,
        "docs/{what}.schema.json is not the schema of this {what}; write it with \
         `UPDATE_SCHEMA=1 cargo test -p provisioner --lib schema`, and raise `{what}::VERSION` if a reader would break"
    );
}

#[test]
fn the_published_schema_is_the_one_of_this_plan() {
    assert_is_published::<Plan>("plan");
}

#[test]
fn real_plans_match_the_schema() {
    let schema = generated::<Plan>();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let plain = Spec::plain();
    let changed = Spec {
        path: Some("/service/"),
        memory: Some(512),
        source: "talk",
        policies: [("Read", "s:Get")].into(),
        variables: [("A1", "secret")].into(),
        ..plain.clone()
    };
    let ours = existing(&plain, true);
    let canary = Some(Canary { percent: 10, bake_seconds: 300 });
    let by_hand = existing(&plain, false);
    for (what, plan) in [
        ("first deploy", planned(&plain.desired(), &State::default(), Options::default())),
        ("no-op", planned(&plain.desired(), &ours, Options::default())),
        ("update and replacement", planned(&changed.desired(), &ours, Options::default())),
        (
            "canary",
            planned(
                &Spec { memory: Some(512), ..plain.clone() }.desired(),
                &ours,
                Options { canary, ..Options::default() },
            ),
        ),
        ("blockers", planned(&plain.desired(), &by_hand, Options::default())),
        ("adoption", planned(&changed.desired(), &by_hand, Options { adopt: true, ..Options::default() })),
        ("removal", planned_removal(&plain.desired(), &ours)),
        ("what is left", planned_removal(&plain.desired(), &by_hand)),
        ("nothing to remove", planned_removal(&plain.desired(), &foreign())),
    ] {
        let plan = serde_json::to_value(&plan).unwrap();
        let errors: Vec<_> = validator.iter_errors(&plan).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{what}: {errors:?}\n{plan:#}");
    }
}

#[test]
fn the_schema_refuses_plans_of_other_versions() {
    let validator = jsonschema::validator_for(&generated::<Plan>()).unwrap();
    let plan = planned(&Spec::plain().desired(), &State::default(), Options::default());
    let good = serde_json::to_value(&plan).unwrap();
    for (pointer, value) in [
        ("/version", json!(2)),
        ("/steps/0/action", json!("explode")),
        ("/steps/0/secret", json!("more")),
        ("/blockers", json!(null)),
    ] {
        let mut bad = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[key] = value;
        assert!(!validator.is_valid(&bad), "{pointer} should be refused");
    }
}
