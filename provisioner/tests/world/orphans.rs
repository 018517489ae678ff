//! Resources with a stack's ownership tag.

use super::{State, iam, ids, lambda};
use crate::observe::{Found, Observed, Orphan, OutsideCaller};
use crate::resources::named::{FunctionRef, IntegrationId};
use crate::resources::permission::Permission;
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl State {
    pub(super) fn tagged(&self, of_the_stack: &OwnershipTag) -> Vec<Orphan> {
        let roles = self.roles.values().map(|one| {
            Found::new(Resource::Role(one.clone()), ids([("Arn", &iam::arn(one))]), of_the_stack.owner(&one.tags))
        });
        let log_groups = self
            .log_groups
            .values()
            .map(|one| Found::new(Resource::LogGroup(one.clone()), ids([]), of_the_stack.owner(&one.tags)));
        let functions = self.functions.values().map(|one| {
            let arn = lambda::function_arn(&one.function_name);
            Found::new(Resource::Function(one.clone()), ids([("Arn", &arn)]), of_the_stack.owner(&one.tags))
        });
        let apis = self.apis.iter().map(|(id, one)| {
            Found::new(Resource::Api(one.clone()), ids([("Ref", id), ("ApiId", id)]), of_the_stack.owner(&one.tags))
        });
        let all = roles.chain(log_groups).chain(functions).chain(apis).filter(|one| one.owner == Owner::Ours);
        all.map(orphan).chain(self.tagged_simple(of_the_stack)).chain(self.tagged_others(of_the_stack)).collect()
    }

    pub(super) fn tagged_parts(&self, stack: &str, observed: &Observed) -> Vec<Orphan> {
        let of_the_stack = OwnershipTag { stack: stack.to_owned(), region: String::new(), logical_id: String::new() };
        let inspected = observed.api_ids();
        let mut all = Vec::new();
        for (id, one) in self.integrations.iter().filter(|(_, one)| inspected.contains(&one.api_id)) {
            if of_the_stack.owner_by_description(&one.description) != Owner::Ours {
                continue;
            }
            let logical_id = OwnershipTag::of_description(&one.description).logical_id;
            let given = ids([("Ref", id), ("IntegrationId", id)]);
            let found = Found::new(Resource::Integration(one.clone()), given, Owner::Ours);
            all.push(Orphan { logical_id, found });
            for (route_id, route) in self.routes.iter().filter(|(_, route)| route.target == IntegrationId(id).target())
            {
                let given = ids([("Ref", route_id), ("RouteId", route_id)]);
                let found = Found::new(Resource::Route(route.clone()), given, Owner::Ours);
                all.push(Orphan { logical_id: route.route_key.clone(), found });
            }
        }
        for found in observed.found.values().filter(|found| found.owner == Owner::Ours) {
            if let Resource::Api(_) = &found.resource {
                let here = self.stages.values().filter(|one| Some(&one.api_id) == found.ids.get("ApiId"));
                let stages =
                    here.map(|one| Found::new(Resource::Stage(one.clone()), Ids::new(), of_the_stack.owner(&one.tags)));
                all.extend(stages.filter(|one| one.owner == Owner::Ours).map(orphan));
            } else if let Resource::Function(function) = &found.resource {
                all.extend(self.aliases_and_urls(&of_the_stack, &function.function_name));
            }
        }
        all.extend(self.simple_parts(&of_the_stack, observed));
        let callees = observed.callees();
        for ((function, sid), one) in self.permissions.iter().filter(|((function, _), _)| callees.contains(function)) {
            let Some(logical_id) = Permission::logical_id_in(sid, stack) else { continue };
            let found = Found::new(Resource::Permission(one.clone()), ids([("Ref", sid), ("Id", sid)]), Owner::Ours);
            debug_assert_eq!(one.function_name, *function);
            all.push(Orphan { logical_id: logical_id.to_owned(), found });
        }
        all
    }

    /// The routes of the observed APIs that call the stack's functions and do not belong to the stack.
    pub(super) fn outside_callers(&self, observed: &Observed) -> Vec<OutsideCaller> {
        let inspected = observed.api_ids();
        let own: Vec<_> = observed.each().filter_map(|(_, ids)| ids.get("RouteId")).collect();
        let others = self.routes.iter().filter(|(id, one)| inspected.contains(&one.api_id) && !own.contains(id));
        let called = others.filter_map(|(_, route)| {
            let integration = self.integrations.get(IntegrationId::in_target(&route.target)?.0)?;
            let FunctionRef { name, qualifier } = FunctionRef::in_uri(&integration.integration_uri)?;
            let is_it = |found: &Found| {
                matches!(&found.resource, Resource::Function(function) if function.function_name == name)
            };
            observed.found.values().any(is_it).then(|| OutsideCaller {
                function_name: name.to_owned(),
                qualifier: qualifier.unwrap_or_default().to_owned(),
                api_id: route.api_id.clone(),
                route_key: Some(route.route_key.clone()),
            })
        });
        called.collect()
    }

    fn aliases_and_urls(&self, of_the_stack: &OwnershipTag, function: &str) -> Vec<Orphan> {
        let ours = self.aliases.iter().filter(|((of, _), one)| {
            of == function && of_the_stack.owner_by_description(&one.description) == Owner::Ours
        });
        let mut all: Vec<_> = ours
            .map(|(_, one)| Orphan {
                logical_id: OwnershipTag::of_description(&one.description).logical_id,
                found: Found::new(Resource::Alias(one.clone()), Ids::new(), Owner::Ours),
            })
            .collect();
        let callees: Vec<_> = all.iter().map(|one| one.found.resource.name()).chain([function.to_owned()]).collect();
        all.extend(self.urls.iter().filter(|(of, _)| callees.contains(of)).map(|(of, url)| Orphan {
            logical_id: format!("{of} URL"),
            found: Found::new(Resource::Url(url.clone()), Ids::new(), Owner::Ours),
        }));
        all
    }
}

fn orphan(found: Found) -> Orphan {
    Orphan { logical_id: OwnershipTag::of(&found.resource.tags()).logical_id, found }
}
