//! The values of the pseudo parameters: `AWS::Region` and the others that a template does not declare.

use super::fault::{Evaluated, Fault, fault};
use super::known::Known;
use super::reference::Reference;
use crate::place::{Place, StackName};

/// The engine or format that the template is resolved for, and what is known of the stack's destination.
#[derive(Debug, Clone)]
pub enum Pseudo {
    /// The direct engine: stack and region are known. The account is a reference until AWS is asked; where it decides
    /// what the template means, AWS is asked first.
    Direct {
        /// `AWS::StackName`.
        stack: StackName,
        /// `AWS::Region`, `AWS::Partition` and `AWS::URLSuffix`.
        place: Place,
        /// The account, if AWS was asked for it. Where it decides nothing, it stays a reference all the same, so that a
        /// template means the same with and without the request.
        account: Option<String>,
    },
    /// A template for CloudFormation or the CDK, made without AWS: a value that is not given stays a function.
    Template {
        /// `AWS::StackName`.
        stack: Option<StackName>,
        /// `AWS::Region`, `AWS::Partition` and `AWS::URLSuffix`.
        place: Option<Place>,
        /// `AWS::AccountId`.
        account: Option<String>,
    },
}

const ONLY_IN_CLOUDFORMATION: &str = "deploy this template with `--engine cloudformation`; for a unique name, write \
                                      `${AWS::StackName}-${AWS::AccountId}-${AWS::Region}`";

impl Pseudo {
    /// The known values of the pseudo parameters that are references.
    pub(super) fn known(&self) -> Known {
        match self {
            Self::Direct { account: Some(account), .. } => Known::of_account(account),
            Self::Direct { account: None, .. } | Self::Template { .. } => Known::default(),
        }
    }

    /// The value of `AWS::NAME`, or a reference to it.
    pub(super) fn value(&self, name: &str) -> Evaluated<String> {
        let (stack, place, account) = match self {
            Self::Direct { stack, place, .. } => (Some(stack), Some(place), None),
            Self::Template { stack, place, account } => (stack.as_ref(), place.as_ref(), account.as_ref()),
        };
        let known = match name {
            "StackName" => stack.map(ToString::to_string),
            "Region" => place.map(|place| place.region().to_owned()),
            "Partition" => place.map(|place| place.partition().to_owned()),
            "URLSuffix" => place.map(|place| place.url_suffix().to_owned()),
            "AccountId" => account.cloned(),
            "StackId" | "NotificationARNs" => match self {
                // CloudFormation gives each stack its id when it creates the stack: another value would not be that id.
                Self::Direct { .. } => {
                    let reason = format!("`AWS::{name}` has a value only in a stack that CloudFormation deploys");
                    return Err(Fault::here(reason).hint(ONLY_IN_CLOUDFORMATION));
                }
                Self::Template { .. } => None,
            },
            _ => return fault(format!("there is no pseudo parameter `AWS::{name}`")),
        };
        Ok(known.unwrap_or_else(|| Reference::pseudo(name).to_string()))
    }
}
