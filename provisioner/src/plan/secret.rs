//! Values that a plan shows without telling them.

use serde_json::Value;

use crate::resources::Change;

/// Where secrets stand.
const SECRET: &str = "Environment.Variables.";

/// The change without values that may be secret. No digest stands for them: a short value can be found from one.
pub(crate) fn masked(change: Change) -> Change {
    let Change { property, old, new } = change;
    if !property.starts_with(SECRET) {
        return Change { property, old, new };
    }
    let new_one = if old.is_some() { "(masked, another)" } else { MASKED };
    Change { property, old: old.map(|_| MASKED.into()), new: new.map(|_| Value::from(new_one)) }
}

/// What stands for a value that is not told.
const MASKED: &str = "(masked)";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_variable_only_that_it_changes_is_told() {
        let shown = |old: Option<&str>, new: Option<&str>| {
            let property = "Environment.Variables.KEY".to_owned();
            let change = masked(Change { property, old: old.map(Value::from), new: new.map(Value::from) });
            (change.old, change.new)
        };
        assert_eq!(shown(Some("s3cret"), Some("next")), (Some(json!("(masked)")), Some(json!("(masked, another)"))));
        assert_eq!(shown(None, Some("s3cret")), (None, Some(json!("(masked)"))));
        assert_eq!(shown(Some("s3cret"), None), (Some(json!("(masked)")), None));
    }

    #[test]
    fn other_properties_are_shown() {
        let change = Change { property: "MemorySize".to_owned(), old: Some(json!(128)), new: None };
        assert_eq!(masked(change.clone()), change);
    }
}
