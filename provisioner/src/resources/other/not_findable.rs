//! Resources that the next run could not find.

use super::Other;

/// Why the next run could not find a resource on AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFindable {
    /// The missing information.
    pub cause: String,
    /// The remedy.
    pub hint: String,
}

impl Other {
    /// Why the next run could not find it on AWS; `None` where it can be found, or its kind is not known yet.
    pub fn why_not_findable(&self) -> Option<NotFindable> {
        let schema = self.schema.as_ref()?;
        if self.own_identifier().is_some() {
            return None;
        }
        let missing = schema.list_by.iter().find(|name| !self.properties.contains_key(*name));
        if let Some(name) = missing {
            let cause = format!("AWS lists {} by `{name}`, which the template does not give", self.type_name);
            return Some(NotFindable { cause, hint: format!("give it the property `{name}`") });
        }
        if schema.tags.is_some() || schema.create_only.iter().any(|name| self.properties.contains_key(name)) {
            return None;
        }
        let cause =
            format!("an {} has no tags, and this one has neither a name nor a property that stays", self.type_name);
        let stays: Vec<_> = schema.create_only.iter().map(|name| format!("`{name}`")).collect();
        let hint = match stays.as_slice() {
            [] => "deploy this template with `--engine cloudformation`".to_owned(),
            [one] => format!("give it the property {one}"),
            several => format!("give it one of the properties {}", several.join(", ")),
        };
        Some(NotFindable { cause, hint })
    }
}
