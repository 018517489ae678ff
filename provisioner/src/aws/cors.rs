//! CORS configuration in the types of the SDKs. API Gateway and Lambda have two types with the same methods.

use std::collections::BTreeSet;

use crate::resources::Cors;

macro_rules! cross_origin {
    ($($sdk:ty),+) => {$(
        impl From<&$sdk> for Cors {
            fn from(cors: &$sdk) -> Self {
                Self {
                    allow_credentials: cors.allow_credentials().unwrap_or_default(),
                    allow_headers: lower_case(cors.allow_headers()),
                    allow_methods: cors.allow_methods().iter().cloned().collect(),
                    allow_origins: cors.allow_origins().iter().cloned().collect(),
                    expose_headers: lower_case(cors.expose_headers()),
                    max_age: cors.max_age(),
                }
            }
        }

        impl From<&Cors> for $sdk {
            fn from(cors: &Cors) -> Self {
                Self::builder()
                    .allow_credentials(cors.allow_credentials)
                    .set_allow_headers(list(&cors.allow_headers))
                    .set_allow_methods(list(&cors.allow_methods))
                    .set_allow_origins(list(&cors.allow_origins))
                    .set_expose_headers(list(&cors.expose_headers))
                    .set_max_age(cors.max_age)
                    .build()
            }
        }
    )+};
}

cross_origin!(aws_sdk_apigatewayv2::types::Cors, aws_sdk_lambda::types::Cors);

fn lower_case(names: &[String]) -> BTreeSet<String> {
    names.iter().map(|name| name.to_ascii_lowercase()).collect()
}

/// An empty list is not sent.
fn list(set: &BTreeSet<String>) -> Option<Vec<String>> {
    (!set.is_empty()).then(|| set.iter().cloned().collect())
}
