//! Whether a resource has the attribute that `Fn::GetAtt` requests.

use super::{Ids, Resource};

/// How many attribute names a message lists where none is similar to the requested one.
const MOST_NAMES: usize = 12;

impl Resource {
    /// Why `Fn::GetAtt LOGICAL_ID.ATTRIBUTE` cannot be resolved: the kind has no such attribute, or it is a map, as far
    /// as that is known.
    pub fn lacks(&self, logical_id: &str, attribute: &str) -> Option<String> {
        if attribute == Ids::REF || self.has_attribute(attribute) {
            let is_map =
                matches!(self, Self::Other(one) if one.schema.as_ref().is_some_and(|one| one.types.is_map(attribute)));
            return is_map
                .then(|| format!("`{logical_id}.{attribute}` is a map; a reference must give text or a list"));
        }
        let names = self.attribute_names();
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.ends_with('*')).collect();
        let supported = match similar::get_close_matches(attribute, &names, 3, 0.7).as_slice() {
            [] if names.is_empty() => "supported: none".to_owned(),
            [] if names.len() > MOST_NAMES => format!("supported: {}, …", names[..MOST_NAMES].join(", ")),
            [] => format!("supported: {}", names.join(", ")),
            close => format!(
                "did you mean {}?",
                close.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
            ),
        };
        Some(format!("`{logical_id}` ({}) has no attribute `{attribute}`; {supported}", self.kind()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::resources::other::Other;

    #[test]
    fn a_misspelt_attribute_has_a_hint_with_the_closest_one() {
        let schema = crate::world::schema("AWS::SQS::Queue").unwrap();
        let queue = Other::new("AWS::SQS::Queue", Map::new()).unwrap().with_schema(Some(&schema));
        let queue = Resource::Other(queue);
        assert_eq!(queue.lacks("Jobs", "QueueUrl"), None);
        let lacks = |attribute| queue.lacks("Jobs", attribute).unwrap();
        assert_eq!(
            lacks("QueueUrll"),
            "`Jobs` (AWS::SQS::Queue) has no attribute `QueueUrll`; did you mean `QueueUrl`?"
        );
        assert!(lacks("Nothing").contains("; supported: Arn, ContentBasedDeduplication, "), "{}", lacks("Nothing"));
    }

    #[test]
    fn a_map_is_not_an_attribute_that_a_reference_can_give() {
        let properties =
            r#"{"Rules": {"type": "object"}, "In": {"type": "object", "properties": {"Name": {"type": "string"}}}}"#;
        let schema = format!(r#"{{"primaryIdentifier": ["/properties/Name"], "properties": {properties}}}"#);
        let schema = crate::resources::other::Schema::from_registry(&schema).unwrap();
        let thing = Other::new("AWS::X::Thing", Map::new()).unwrap().with_schema(Some(&schema));
        let thing = Resource::Other(thing);
        assert_eq!(thing.lacks("T", "In.Name"), None);
        let map = "`T.Rules` is a map; a reference must give text or a list";
        assert_eq!(thing.lacks("T", "Rules").as_deref(), Some(map));
    }

    #[test]
    fn a_type_without_a_schema_lacks_no_attribute() {
        let bucket = Resource::Other(Other::new("AWS::S3::Bucket", Map::new()).unwrap());
        assert_eq!(bucket.lacks("Films", "Arnn"), None);
    }
}
