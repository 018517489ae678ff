//! `AWS::Logs::LogGroup`: the destination of the function's log lines, and their retention.

use serde::{Deserialize, Serialize};

use super::kind::*;

/// A log group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogGroup {
    /// The physical name.
    #[serde(default, deserialize_with = "super::name::given", skip_serializing_if = "String::is_empty")]
    pub log_group_name: String,
    /// The retention of a line, in days; without it, lines are kept for ever.
    pub retention_in_days: Option<i32>,
    /// Tags.
    #[serde(default, deserialize_with = "super::tags::either_shape")]
    pub tags: Tags,
}

has_properties!(LogGroup);

/// A writing call to CloudWatch Logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the service's operations, the fields their arguments")]
pub enum Call {
    CreateLogGroup { log_group_name: String, tags: Tags },
    PutRetentionPolicy { log_group_name: String, days: i32 },
    DeleteRetentionPolicy { log_group_name: String },
    TagResource { arn: String, tags: Tags },
    DeleteLogGroup { log_group_name: String },
}

impl Kind for LogGroup {
    const TYPE: &'static str = "AWS::Logs::LogGroup";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::ARN];
    const OWNERSHIP: Ownership = Ownership::Tags;
    const ORPHANS: Orphans = Orphans::ByName(Arn { service: "logs", start: "log-group:" });
    const REMOVAL: Removal = Removal::LogGroups;
    const FILLED_IN_LATER: bool = true;
    type Call = Call;

    fields!(name: log_group_name, tags_mut: tags);

    fn complete(&mut self, tag: &OwnershipTag) {
        super::name::default_name(&mut self.log_group_name, tag, 512);
        tag.add_to(&mut self.tags);
    }

    fn attributes(&self, place: &Place) -> Vec<(&'static str, String)> {
        let name = &self.log_group_name;
        // In CloudFormation, the `Arn` of a log group ends in `:*`.
        vec![(Ids::REF, name.clone()), (Ids::ARN, place.arn("logs", format_args!("log-group:{name}:*")))]
    }

    fn with_name_only(name: &str) -> Option<Self> {
        let log_group_name = name.trim_end_matches(":*").to_owned();
        Some(Self { log_group_name, retention_in_days: None, tags: Tags::new() })
    }

    fn imports(&self, _ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_cloudwatch_log_group", &self.log_group_name)]
    }

    fn effect(call: &Call) -> Effect<Self> {
        let Call::CreateLogGroup { log_group_name, tags } = call.clone() else { return Effect::Repeatable };
        let group = Self { log_group_name, retention_in_days: None, tags };
        Effect::all_but(&[property!(LogGroup.retention_in_days)], group, Again::Refused)
    }

    fn create(&self) -> Batches<Call> {
        let log_group_name = self.log_group_name.clone();
        let retention = self.retention_in_days.is_some().then(|| self.retention());
        batches([
            vec![Call::CreateLogGroup { log_group_name, tags: self.tags.clone() }],
            retention.into_iter().collect(),
        ])
    }

    fn update(&self, _now: &Self, ids: &Ids, changed: &Changed) -> Batches<Call> {
        let mut calls = Vec::new();
        if changed.has(property!(LogGroup.retention_in_days)) {
            calls.push(self.retention());
        }
        if changed.has(property!(LogGroup.tags)) {
            // The tagging call accepts the ARN without the `:*`.
            let arn = id(ids, Ids::ARN).trim_end_matches(":*").to_owned();
            calls.push(Call::TagResource { arn, tags: self.tags.clone() });
        }
        batches([calls])
    }

    fn delete(&self, _ids: &Ids) -> Batches<Call> {
        batches([vec![Call::DeleteLogGroup { log_group_name: self.log_group_name.clone() }]])
    }
}

impl LogGroup {
    fn retention(&self) -> Call {
        let log_group_name = self.log_group_name.clone();
        match self.retention_in_days {
            Some(days) => Call::PutRetentionPolicy { log_group_name, days },
            None => Call::DeleteRetentionPolicy { log_group_name },
        }
    }
}
