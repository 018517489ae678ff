//! Function URLs.

use super::lambda::function_arn;
use super::{State, conflict, ids, missing};
use crate::observe::Found;
use crate::resources::url::{self, Url};
use crate::resources::{Cors, Ids, Owner, Resource};

impl State {
    pub(super) fn find_url(&self, wanted: &Url) -> Option<Found> {
        let of = key(&wanted.target_function_arn, wanted.qualifier.as_deref());
        let url = self.urls.get(&of)?;
        Some(Found::new(Resource::Url(url.clone()), url_ids(&of), Owner::Ours))
    }

    pub(super) fn url_call(&mut self, call: &url::Call) -> Result<Ids, String> {
        use url::Call;
        match call {
            Call::CreateFunctionUrlConfig(url) => {
                let (function, alias) = (url.target_function_arn.clone(), url.qualifier.clone());
                let of = key(&function, alias.as_deref());
                let there = match alias {
                    Some(alias) => self.aliases.contains_key(&(function, alias)),
                    None => self.functions.contains_key(&function),
                };
                if !there {
                    return Err(missing(&of));
                }
                if self.urls.contains_key(&of) {
                    return Err(conflict(&of));
                }
                self.urls.insert(of.clone(), Url::clone(url));
                Ok(url_ids(&of))
            }
            Call::UpdateFunctionUrlConfig(new) => {
                let of = key(&new.target_function_arn, new.qualifier.as_deref());
                let url = self.urls.get_mut(&of).ok_or_else(|| missing(&of))?;
                url.auth_type.clone_from(&new.auth_type);
                url.invoke_mode.clone_from(&new.invoke_mode);
                url.cors = new.cors.clone().filter(|cors| *cors != Cors::default());
                Ok(Ids::new())
            }
            Call::DeleteFunctionUrlConfig { function_name, qualifier } => {
                self.urls.remove(&key(function_name, qualifier.as_deref()));
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
