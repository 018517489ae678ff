//! Log groups and tables.

use super::{ACCOUNT, State, conflict, ids, missing};
use crate::observe::Found;
use crate::resources::log_group::{self, LogGroup};
use crate::resources::table::{self, Table};
use crate::resources::{Ids, Mark, Resource};

impl State {
    pub(super) fn find_log_group(&self, wanted: &LogGroup, mark: &Mark) -> Option<Found> {
        let group = self.log_groups.get(&wanted.log_group_name)?;
        let arn = format!("{}:*", group_arn(&group.log_group_name));
        Some(Found::new(Resource::LogGroup(group.clone()), ids([("Arn", &arn)]), mark.owner(&group.tags)))
    }

    pub(super) fn log_group_call(&mut self, call: &log_group::Call) -> Result<Ids, String> {
        use log_group::Call;
        match call {
            Call::CreateLogGroup { log_group_name: name, tags } => {
                if self.log_groups.contains_key(name) {
                    return Err(conflict(name));
                }
                let group = LogGroup { log_group_name: name.clone(), retention_in_days: None, tags: tags.clone() };
                self.log_groups.insert(name.clone(), group);
            }
            Call::PutRetentionPolicy { log_group_name: name, days } => {
                self.log_groups.get_mut(name).ok_or_else(|| missing(name))?.retention_in_days = Some(*days);
            }
            Call::DeleteRetentionPolicy { log_group_name: name } => {
                self.log_groups.get_mut(name).ok_or_else(|| missing(name))?.retention_in_days = None;
            }
            Call::TagResource { arn, tags } => {
                let group = self.log_groups.values_mut().find(|group| group_arn(&group.log_group_name) == *arn);
                group.ok_or_else(|| missing(arn))?.tags.extend(tags.clone());
            }
            Call::DeleteLogGroup { log_group_name: name } => {
                self.log_groups.remove(name);
            }
        }
        Ok(Ids::new())
    }

    pub(super) fn find_table(&self, wanted: &Table, mark: &Mark) -> Option<Found> {
        let table = self.tables.get(&wanted.table_name)?;
        let arn = table_arn(&table.table_name);
        Some(Found::new(Resource::Table(table.clone()), ids([("Arn", &arn)]), mark.owner(&table.tags)))
    }

    pub(super) fn table_call(&mut self, call: &table::Call) -> Result<Ids, String> {
        use table::Call;
        match call {
            Call::CreateTable(table) => {
                if self.tables.contains_key(&table.table_name) {
                    return Err(conflict(&table.table_name));
                }
                self.tables.insert(table.table_name.clone(), Table::clone(table));
            }
            Call::UpdateTable { table_name: name, deletion_protection_enabled } => {
                self.tables.get_mut(name).ok_or_else(|| missing(name))?.deletion_protection_enabled =
                    *deletion_protection_enabled;
            }
            Call::TagResource { arn, tags } => {
                let table = self.tables.values_mut().find(|table| table_arn(&table.table_name) == *arn);
                table.ok_or_else(|| missing(arn))?.tags.extend(tags.clone());
            }
            Call::DeleteTable { table_name: name } => {
                if self.tables.get(name).is_some_and(|table| table.deletion_protection_enabled) {
                    return Err(format!("ValidationException: {name} is protected against deletion"));
                }
                self.tables.remove(name);
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
