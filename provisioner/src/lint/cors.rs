//! CORS: the origins from which browsers may call an API.

use super::{Checked, Finding, Severity, items};

/// Checks that credentials and the origin `*` are not combined: browsers refuse the pair, and so does API Gateway.
pub(super) fn no_credentials_for_every_origin(one: &Checked) -> Option<Finding> {
    let (property, cors) =
        ["CorsConfiguration", "Cors"].iter().find_map(|name| Some((name, one.properties.get(*name)?)))?;
    let every_origin = items(&cors["AllowOrigins"]).iter().any(|origin| origin.as_str() == Some("*"));
    let credentials = cors["AllowCredentials"] == true || cors["AllowCredentials"] == "true";
    if !(every_origin && credentials) {
        return None;
    }
    let cause = format!("{property} allows credentials for every origin (`*`)");
    Some(one.finding(Severity::Refused, cause, "name the origins, or remove AllowCredentials"))
}
