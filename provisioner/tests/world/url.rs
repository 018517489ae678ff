//! Function URLs.

use super::lambda::function_arn;
use super::{Execute, State, Stored, conflict, ids, missing};
use crate::observe::Found;
use crate::resources::url::{self, Url};
use crate::resources::{Cors, Ids, Owner, OwnershipTag, Resource};

impl Stored for Url {
    fn find(&self, state: &State, _tag: &OwnershipTag) -> Option<Found> {
        let of = key(&self.target_function_arn, self.qualifier.as_deref());
        let url = state.urls.get(&of)?;
        Some(Found::new(Resource::Url(url.clone()), url_ids(&of), Owner::Ours))
    }
}

impl Execute for url::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use url::Call;
        match self {
            Call::CreateFunctionUrlConfig(url) => {
                let (function, alias) = (url.target_function_arn.clone(), url.qualifier.clone());
                let of = key(&function, alias.as_deref());
                let there = match alias {
                    Some(alias) => state.aliases.contains_key(&(function, alias)),
                    None => state.functions.contains_key(&function),
                };
                if !there {
                    return Err(missing(&of));
                }
                if state.urls.contains_key(&of) {
                    return Err(conflict(&of));
                }
                state.urls.insert(of.clone(), Url::clone(url));
                Ok(url_ids(&of))
            }
            Call::UpdateFunctionUrlConfig(new) => {
                let of = key(&new.target_function_arn, new.qualifier.as_deref());
                let url = state.urls.get_mut(&of).ok_or_else(|| missing(&of))?;
                url.auth_type.clone_from(&new.auth_type);
                url.invoke_mode.clone_from(&new.invoke_mode);
                url.cors = new.cors.clone().filter(|cors| *cors != Cors::default());
                Ok(Ids::new())
            }
            Call::DeleteFunctionUrlConfig { function_name, qualifier } => {
                state.urls.remove(&key(function_name, qualifier.as_deref()));
                Ok(Ids::new())
            }
        }
    }
}

fn key(function: &str, alias: Option<&str>) -> String {
    alias.map_or_else(|| function.to_owned(), |alias| format!("{function}:{alias}"))
}

fn url_ids(of: &str) -> Ids {
    ids([
        ("Ref", &function_arn(of)),
        ("FunctionArn", &function_arn(of)),
        ("FunctionUrl", &format!("https://{of}.lambda-url")),
    ])
}
