//! How the owner of a resource is known, how its orphans are found, and when they are deleted.

/// Where AWS shows the owner of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Its tags.
    Tags,
    /// Its description, for a resource without tags.
    Description,
    /// The owner of the resource that it is a part of.
    Parent,
    /// Nothing shows it: the resource counts as the stack's.
    Assumed,
}

/// How resources with the stack's ownership tag are found that the template does not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orphans {
    /// By the ARN that the tagging API returns, which contains the name.
    ByName(Arn),
    /// In a list of its service. The tagging API may return its ARN too.
    ByList(Arn),
    /// With the resource that they are parts of, or not at all.
    WithParent,
}

/// The ARNs of a kind: `arn:PARTITION:SERVICE:REGION:ACCOUNT:` and then this start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn {
    /// The service, such as `lambda`.
    pub service: &'static str,
    /// The start of the rest, such as `function:`. Empty where the rest is the name.
    pub start: &'static str,
}

impl Arn {
    /// The name in an ARN of the kind; `None` for another ARN.
    pub fn name_in<'a>(&self, arn: &'a str) -> Option<&'a str> {
        let mut parts = arn.splitn(6, ':');
        let (service, rest) = (parts.nth(2)?, parts.nth(2)?);
        rest.strip_prefix(self.start).filter(|_| service == self.service)
    }
}

/// When a removal deletes a resource, in this order: callers first, then what they call, then its dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names of the steps are their content")]
pub enum Removal {
    Routes,
    Stages,
    Integrations,
    Permissions,
    Apis,
    Urls,
    Aliases,
    Versions,
    Functions,
    Independent,
    LogGroups,
    Roles,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_only_from_the_arns_of_its_kind() {
        let function = Arn { service: "lambda", start: "function:" };
        assert_eq!(function.name_in("arn:aws:lambda:us-east-1:1:function:chat"), Some("chat"));
        assert_eq!(function.name_in("arn:aws:lambda:us-east-1:1:event-source-mapping:chat"), None);
        assert_eq!(function.name_in("arn:aws:other:us-east-1:1:function:chat"), None);
        let api = Arn { service: "apigateway", start: "/apis/" };
        assert_eq!(api.name_in("arn:aws:apigateway:us-east-1::/apis/a1/stages/old"), Some("a1/stages/old"));
    }

    #[test]
    fn each_kind_whose_orphans_are_found_by_name_has_a_bare_form_with_tags() {
        let all = crate::resources::found_by_name();
        assert!(all.len() > 3, "{all:?}");
        for (kind, bare) in all {
            let mut bare = bare.unwrap_or_else(|| panic!("{kind} has no `Kind::bare`"));
            assert_eq!(bare.ownership(), Ownership::Tags, "{kind}");
            assert!(bare.tags_mut().is_some(), "{kind} has no `Kind::tags_mut`");
        }
    }
}
