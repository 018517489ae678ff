//! The location of a stack: the values of the pseudo parameters.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::reference::Reference;

/// A region and its partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    region: String,
}

impl Place {
    /// The place of a region name such as `us-east-1`.
    pub fn new(region: &str) -> Self {
        Self { region: region.to_owned() }
    }

    /// `AWS::Region`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// `AWS::Partition`: the second part of every ARN.
    pub fn partition(&self) -> &'static str {
        match self.region.split('-').take(2).collect::<Vec<_>>().as_slice() {
            ["cn", ..] => "aws-cn",
            ["us", "gov"] => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The ARN of a resource of this region in the account of the stack.
    pub(crate) fn arn(&self, service: &str, resource: impl fmt::Display) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, Reference::account())
    }

    /// `AWS::URLSuffix`: the domain of AWS's own endpoints.
    pub fn url_suffix(&self) -> &'static str {
        match self.partition() {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        }
    }
}

/// The name of a stack, which the ownership tag contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackName(String);

impl StackName {
    /// What a name must be.
    pub const RULE: &str = "it must start with a letter and contain at most 128 letters, digits and hyphens";

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StackName {
    type Err = Error;

    /// CloudFormation's own rule, so that the same name is valid there: a letter, then letters, digits and hyphens, at
    /// most 128 in all.
    fn from_str(name: &str) -> Result<Self> {
        let fits = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.len() <= 128
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if fits {
            return Ok(Self(name.to_owned()));
        }
        Err(Error::new(format!("reading the stack name `{name}`"), Self::RULE))
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_is_in_its_partition() {
        for (region, partition, suffix) in [
            ("us-east-1", "aws", "amazonaws.com"),
            ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ] {
            let place = Place::new(region);
            assert_eq!((place.partition(), place.url_suffix()), (partition, suffix));
        }
    }

    #[test]
    fn a_stack_name_follows_the_rule_of_cloudformation() {
        assert!("chat-prod-2".parse::<StackName>().is_ok());
        for bad in ["", "2chat", "chat_prod", "chat.prod", &"a".repeat(129)] {
            assert!(bad.parse::<StackName>().is_err(), "{bad}");
        }
    }
}
