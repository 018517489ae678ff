//! Whether a resource has the attribute that `Fn::GetAtt` requests.

use super::{Ids, Resource};
use crate::template::{Reason, instead};

impl Resource {
    /// Why `Fn::GetAtt LOGICAL_ID.ATTRIBUTE` cannot be resolved: the kind has no such attribute, or it is a map, as far
    /// as that is known.
    pub fn lacks(&self, logical_id: &str, attribute: &str) -> Option<Reason> {
        let names = self.attribute_names();
        let names = names.iter().map(String::as_str).filter(|name| !name.ends_with('*'));
        let (text, names): (_, Vec<&str>) = if attribute == Ids::REF || self.has_attribute(attribute) {
            let is_map =
                matches!(self, Self::Other(one) if one.schema.as_ref().is_some_and(|one| one.types.is_map(attribute)));
            if !is_map {
                return None;
            }
            let text = format!("`{logical_id}.{attribute}` is a map; a reference must give text or a list");
            (text, names.filter(|name| *name != attribute).collect())
        } else {
            (format!("`{logical_id}` ({}) has no attribute `{attribute}`", self.kind()), names.collect())
        };
        let remedy = match instead("attribute", attribute, &names) {
            Some(attributes) => format!("use {attributes} of `{logical_id}`, then run `provisioner plan`"),
            None => format!("use another value: `{logical_id}` has no attributes"),
        };
        Some(Reason::with_remedy(text, remedy))
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
        let misspelt = lacks("QueueUrll");
        assert_eq!(misspelt.to_string(), "`Jobs` (AWS::SQS::Queue) has no attribute `QueueUrll`");
        assert_eq!(misspelt.remedy(), "use the attribute `QueueUrl` of `Jobs`, then run `provisioner plan`");
        let all = "use one of the attributes Arn, ContentBasedDeduplication, ";
        assert!(lacks("Nothing").remedy().starts_with(all), "{}", lacks("Nothing").remedy());
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
        assert_eq!(thing.lacks("T", "Rules").map(|reason| reason.to_string()).as_deref(), Some(map));
    }

    #[test]
    fn a_type_without_a_schema_lacks_no_attribute() {
        let bucket = Resource::Other(Other::new("AWS::S3::Bucket", Map::new()).unwrap());
        assert_eq!(bucket.lacks("Films", "Arnn"), None);
    }
}
