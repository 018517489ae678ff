//! Masks values in a plan that may be secret.

use serde_json::Value;

use crate::resources::Change;

/// The path below which secrets are.
const SECRET: &str = "Environment.Variables.";

/// The change without values that may be secret. It contains no digest of them: a short value can be found from its
/// digest.
pub(crate) fn masked(change: Change) -> Change {
    let Change { property, old, new } = change;
    if !property.starts_with(SECRET) {
        return Change { property, old, new };
    }
    let new_one = if old.is_some() { "(masked, different)" } else { MASKED };
    Change { property, old: old.map(|_| MASKED.into()), new: new.map(|_| Value::from(new_one)) }
}

/// The text that replaces a masked value.
const MASKED: &str = "(masked)";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_changed_variable_is_shown_without_its_values() {
        let shown = |old: Option<&str>, new: Option<&str>| {
            let property = "Environment.Variables.KEY".to_owned();
            let change = masked(Change { property, old: old.map(Value::from), new: new.map(Value::from) });
            (change.old, change.new)
        };
        assert_eq!(shown(Some("s3cret"), Some("next")), (Some(json!("(masked)")), Some(json!("(masked, different)"))));
        assert_eq!(shown(None, Some("s3cret")), (None, Some(json!("(masked)"))));
        assert_eq!(shown(Some("s3cret"), None), (Some(json!("(masked)")), None));
    }

    #[test]
    fn other_properties_are_shown() {
        let change = Change { property: "MemorySize".to_owned(), old: Some(json!(128)), new: None };
        assert_eq!(masked(change.clone()), change);
    }
}
