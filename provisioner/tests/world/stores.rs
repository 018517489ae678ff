//! Log groups and tables.

use super::{ACCOUNT, Execute, State, Stored, conflict, ids, missing};
use crate::observe::Found;
use crate::resources::log_group::{self, LogGroup};
use crate::resources::table::{self, Table};
use crate::resources::{Ids, OwnershipTag, Resource};

impl Stored for LogGroup {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let group = state.log_groups.get(&self.log_group_name)?;
        let arn = format!("{}:*", group_arn(&group.log_group_name));
        Some(Found::new(Resource::LogGroup(group.clone()), ids([("Arn", &arn)]), tag.owner(&group.tags)))
    }
}

impl Stored for Table {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let table = state.tables.get(&self.table_name)?;
        let arn = table_arn(&table.table_name);
        Some(Found::new(Resource::Table(table.clone()), ids([("Arn", &arn)]), tag.owner(&table.tags)))
    }
}

impl Execute for log_group::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use log_group::Call;
        match self {
            Call::CreateLogGroup { log_group_name: name, tags } => {
                if state.log_groups.contains_key(name) {
                    return Err(conflict(name));
                }
                let group = LogGroup { log_group_name: name.clone(), retention_in_days: None, tags: tags.clone() };
                state.log_groups.insert(name.clone(), group);
            }
            Call::PutRetentionPolicy { log_group_name: name, days } => {
                state.log_groups.get_mut(name).ok_or_else(|| missing(name))?.retention_in_days = Some(*days);
            }
            Call::DeleteRetentionPolicy { log_group_name: name } => {
                state.log_groups.get_mut(name).ok_or_else(|| missing(name))?.retention_in_days = None;
            }
            Call::TagResource { arn, tags } => {
                let group = state.log_groups.values_mut().find(|group| group_arn(&group.log_group_name) == *arn);
                group.ok_or_else(|| missing(arn))?.tags.extend(tags.clone());
            }
            Call::DeleteLogGroup { log_group_name: name } => {
                state.log_groups.remove(name);
            }
        }
        Ok(Ids::new())
    }
}

impl Execute for table::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use table::Call;
        match self {
            Call::CreateTable(table) => {
                if state.tables.contains_key(&table.table_name) {
                    return Err(conflict(&table.table_name));
                }
                state.tables.insert(table.table_name.clone(), Table::clone(table));
            }
            Call::UpdateTable { table_name: name, deletion_protection_enabled } => {
                state.tables.get_mut(name).ok_or_else(|| missing(name))?.deletion_protection_enabled =
                    *deletion_protection_enabled;
            }
            Call::TagResource { arn, tags } => {
                let table = state.tables.values_mut().find(|table| table_arn(&table.table_name) == *arn);
                table.ok_or_else(|| missing(arn))?.tags.extend(tags.clone());
            }
            Call::DeleteTable { table_name: name } => {
                if state.tables.get(name).is_some_and(|table| table.deletion_protection_enabled) {
                    return Err(format!("ValidationException: {name} is protected against deletion"));
                }
                state.tables.remove(name);
            }
        }
        Ok(Ids::new())
    }
}

fn group_arn(name: &str) -> String {
    format!("arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}")
}

fn table_arn(name: &str) -> String {
    format!("arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{name}")
}
