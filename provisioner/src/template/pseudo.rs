//! What the pseudo parameters stand for: `AWS::Region` and the others that no template declares.

use super::fault::{Evaluated, fault};
use super::reference::Reference;
use crate::place::{Place, StackName};

/// Who asks, and what is known of where the stack goes.
#[derive(Debug, Clone)]
pub enum Pseudo {
    /// The direct engine: stack and region are known, the account is a reference until AWS is asked.
    Direct {
        /// `AWS::StackName`.
        stack: StackName,
        /// `AWS::Region`, `AWS::Partition` and `AWS::URLSuffix`.
        place: Place,
    },
    /// A template for CloudFormation or CDK, made without AWS: what is not given stays a function.
    Template {
        /// `AWS::StackName`.
        stack: Option<StackName>,
        /// `AWS::Region`, `AWS::Partition` and `AWS::URLSuffix`.
        place: Option<Place>,
        /// `AWS::AccountId`.
        account: Option<String>,
    },
}

impl Pseudo {
    /// The value of `AWS::NAME`, or a reference to it.
    pub(super) fn value(&self, name: &str) -> Evaluated<String> {
        let (stack, place, account) = match self {
            Self::Direct { stack, place } => (Some(stack), Some(place), None),
            Self::Template { stack, place, account } => (stack.as_ref(), place.as_ref(), account.as_ref()),
        };
        let known = match name {
            "StackName" => stack.map(ToString::to_string),
            "Region" => place.map(|place| place.region().to_owned()),
            "Partition" => place.map(|place| place.partition().to_owned()),
            "URLSuffix" => place.map(|place| place.url_suffix().to_owned()),
            "AccountId" => account.cloned(),
            "StackId" | "NotificationARNs" => match self {
                Self::Direct { .. } => return fault(format!("`AWS::{name}` has no meaning without CloudFormation")),
                Self::Template { .. } => None,
            },
            _ => return fault(format!("there is no pseudo parameter `AWS::{name}`")),
        };
        Ok(known.unwrap_or_else(|| Reference::pseudo(name).to_string()))
    }
}
