//! The functions and integrations that ARNs, URIs and targets name.

use std::fmt;

use crate::place::Place;

/// The text before the name in a function's ARN: `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER`.
const BEFORE_THE_NAME: &str = ":function:";

/// The text before the id in a target: `integrations/ID`.
const BEFORE_THE_ID: &str = "integrations/";

/// A function, and the alias or version that is meant, such as `chat:live`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionRef<'a> {
    /// The function's name.
    pub name: &'a str,
    /// The alias or version.
    pub qualifier: Option<&'a str>,
}

impl<'a> FunctionRef<'a> {
    /// The function of a name or an ARN, with or without a qualifier.
    pub fn parse(name_or_arn: &'a str) -> Self {
        let qualified = name_or_arn.split_once(BEFORE_THE_NAME).map_or(name_or_arn, |(_, qualified)| qualified);
        let (name, qualifier) = match qualified.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (qualified, None),
        };
        Self { name, qualifier }
    }

    /// The function that a URI calls; `None` where it calls something else.
    pub fn in_uri(uri: &'a str) -> Option<Self> {
        let arn = function_arn(uri);
        arn.contains(BEFORE_THE_NAME).then(|| Self::parse(arn))
    }

    /// Its ARN in the account of the stack.
    pub fn arn(self, place: &Place) -> String {
        place.arn("lambda", format_args!("function:{self}"))
    }
}

impl fmt::Display for FunctionRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.qualifier.map_or(Ok(()), |qualifier| write!(f, ":{qualifier}"))
    }
}

/// The function's ARN in an integration's URI.
///
/// Consoles and older tools write it as `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`.
pub fn function_arn(uri: &str) -> &str {
    match uri.split_once(":lambda:path/2015-03-31/functions/") {
        Some((_, rest)) => rest.strip_suffix("/invocations").unwrap_or(rest),
        None => uri,
    }
}

/// Whether two URIs call the same function of the same account and region, whatever the qualifiers.
pub fn same_function(one: &str, other: &str) -> bool {
    let unqualified = |uri: &str| function_arn(uri).splitn(8, ':').take(7).map(str::to_owned).collect::<Vec<_>>();
    unqualified(one) == unqualified(other)
}

/// The id of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntegrationId<'a>(pub &'a str);

impl<'a> IntegrationId<'a> {
    /// The integration of a route's target; `None` where the target is something else.
    pub fn in_target(target: &'a str) -> Option<Self> {
        target.strip_prefix(BEFORE_THE_ID).map(Self)
    }

    /// The target of a route that uses it.
    pub fn target(self) -> String {
        format!("{BEFORE_THE_ID}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:us-east-1:1:function:chat";

    #[test]
    fn a_function_is_read_from_its_name_its_arn_and_a_uri() {
        let live = FunctionRef { name: "chat", qualifier: Some("live") };
        let uri = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}:live/invocations");
        assert_eq!(FunctionRef::parse("chat:live"), live);
        assert_eq!(FunctionRef::parse(&format!("{ARN}:live")), live);
        assert_eq!(FunctionRef::in_uri(&uri), Some(live));
        assert_eq!(FunctionRef::parse(ARN), FunctionRef { qualifier: None, ..live });
        assert_eq!(FunctionRef::in_uri("https://example.com"), None);
        assert_eq!(live.to_string(), "chat:live");
    }

    #[test]
    fn an_alias_of_a_function_is_the_same_function() {
        assert!(same_function(ARN, &format!("{ARN}:live")));
        assert!(!same_function(ARN, &format!("{ARN}-other:live")));
    }

    #[test]
    fn both_forms_of_a_functions_uri_are_equal() {
        let long = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}/invocations");
        assert_eq!(function_arn(&long), ARN);
        assert_eq!(function_arn(ARN), ARN);
    }

    #[test]
    fn an_integration_is_read_from_a_target() {
        assert_eq!(IntegrationId::in_target("integrations/abc"), Some(IntegrationId("abc")));
        assert_eq!(IntegrationId("abc").target(), "integrations/abc");
        assert_eq!(IntegrationId::in_target("abc"), None);
    }
}
