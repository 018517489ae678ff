//! Settings of a function that a template cannot contain here. They may affect callers or the function, and versions
//! contain them.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::{FileSystemConfig, FunctionConfiguration, SnapStartApplyOn, VpcConfigResponse};
use serde_json::{Value, json};

/// The settings under the names of Lambda's API, without those that have the value of a new function.
pub(super) fn outside_settings(configuration: &FunctionConfiguration) -> BTreeMap<String, Value> {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| json!(text));
    let dead_letters = configuration.dead_letter_config().and_then(|config| text(config.target_arn()));
    let snap_start = configuration.snap_start().and_then(|snap_start| snap_start.apply_on());
    let set = [
        ("VpcConfig", configuration.vpc_config().and_then(network)),
        ("DeadLetterConfig", dead_letters.map(|target| json!({"TargetArn": target}))),
        ("KMSKeyArn", text(configuration.kms_key_arn())),
        ("FileSystemConfigs", file_systems(configuration.file_system_configs())),
        ("SnapStart", snap_start.filter(|one| **one != SnapStartApplyOn::None).map(|one| json!(one.as_str()))),
    ];
    set.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn network(vpc: &VpcConfigResponse) -> Option<Value> {
    let sorted = |ids: &[String]| {
        let mut ids = ids.to_vec();
        ids.sort();
        ids
    };
    let (subnets, groups) = (sorted(vpc.subnet_ids()), sorted(vpc.security_group_ids()));
    let dual_stack = vpc.ipv6_allowed_for_dual_stack().unwrap_or_default();
    let value = json!({"SubnetIds": subnets, "SecurityGroupIds": groups, "Ipv6AllowedForDualStack": dual_stack});
    (!subnets.is_empty()).then_some(value)
}

fn file_systems(mounted: &[FileSystemConfig]) -> Option<Value> {
    let each = mounted.iter().map(|one| json!({"Arn": one.arn(), "LocalMountPath": one.local_mount_path()}));
    (!mounted.is_empty()).then(|| each.collect())
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::types::{DeadLetterConfig, SnapStartResponse};

    use super::*;

    #[test]
    fn only_changed_settings_are_returned() {
        let vpc = |subnets: &[&str]| {
            let ids = subnets.iter().map(|id| (*id).to_owned()).collect();
            VpcConfigResponse::builder().set_subnet_ids(Some(ids)).set_security_group_ids(Some(Vec::new())).build()
        };
        let plain = FunctionConfiguration::builder()
            .vpc_config(vpc(&[]))
            .dead_letter_config(DeadLetterConfig::builder().target_arn("").build())
            .kms_key_arn("")
            .set_file_system_configs(Some(Vec::new()))
            .snap_start(SnapStartResponse::builder().apply_on(SnapStartApplyOn::None).build());
        assert_eq!(outside_settings(&plain.clone().build()), BTreeMap::new());
        let mount = FileSystemConfig::builder().arn("arn:efs").local_mount_path("/mnt/films").build().unwrap();
        let set = plain
            .vpc_config(vpc(&["subnet-2", "subnet-1"]))
            .dead_letter_config(DeadLetterConfig::builder().target_arn("arn:queue").build())
            .kms_key_arn("arn:key")
            .file_system_configs(mount)
            .snap_start(SnapStartResponse::builder().apply_on(SnapStartApplyOn::PublishedVersions).build());
        let expected = json!({
            "DeadLetterConfig": {"TargetArn": "arn:queue"},
            "FileSystemConfigs": [{"Arn": "arn:efs", "LocalMountPath": "/mnt/films"}],
            "KMSKeyArn": "arn:key",
            "SnapStart": "PublishedVersions",
            "VpcConfig": {
                "SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": [], "Ipv6AllowedForDualStack": false,
            },
        });
        assert_eq!(json!(outside_settings(&set.build())), expected);
    }
}
