//! Finds everything that has a stack's ownership tag: the only way to find resources that a template no longer
//! contains.

use std::collections::BTreeSet;

use aws_sdk_iam::types::Role as SdkRole;
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::apigateway::{found_api, found_integration, found_route, found_stage, sorted};
use super::iam::names_lambda;
use super::lambda::{found_alias, tagged_statements};
use super::problem::problem;
use super::tagged::Tagged;
use super::{Aws, AwsReader};
use crate::desired::{Desired, Wanted};
use crate::error::{Error, Result, both};
use crate::observe::{Found, Observed, Orphan, Reader as _, TaggedParts, TaggedResources, UnsupportedOrphan};
use crate::place::Place;
use crate::resources::named::IntegrationId;
use crate::resources::{Ids, Owner, OwnershipTag, Resource};
use crate::template::references_in_text;

/// How many roles' tags are read at once. IAM allows an account about twenty calls a second.
const AT_ONCE: usize = 8;

impl AwsReader {
    /// Finds all resources with the stack's ownership tag that are not part of another resource.
    ///
    /// The Resource Groups Tagging API knows most kinds, but not roles. For these, the tags of all the account's roles
    /// that trust Lambda are read. Each resource is read again from its own service, because the tagging API is some
    /// minutes late.
    pub(super) async fn tagged_resources(&self, desired: &Desired) -> Result<TaggedResources> {
        let stack = desired.stack.as_str();
        let (tagged, roles, apis, parts) = tokio::join!(
            self.answers.tagged.once(stack, self.aws.tagged(stack)),
            self.aws.tagged_roles(desired),
            self.answers.apis.once("", self.aws.apis()),
            self.request_parts(desired),
        );
        let ((tagged, roles), (apis, ())) = both(both(tagged, roles), both(apis, parts))?;
        let of_the_stack = of_the_stack(stack, self.aws.place());
        let (typed, others) =
            tokio::try_join!(self.typed_orphans(desired, &tagged, &roles), self.untyped_orphans(desired, &tagged))?;
        let mut orphans = [typed, others].concat();
        let ours = apis.iter().filter(|api| of_the_stack.owner(&sorted(api.tags())) == Owner::Ours);
        orphans.extend(ours.map(|api| orphan(found_api(api, &of_the_stack))));
        let named = |tag: &OwnershipTag| desired.resources.iter().any(|wanted| wanted.logical_id == tag.logical_id);
        let unsupported = tagged.iter().filter(|one| !is_known(one) && !named(&one.ownership_tag()));
        let unsupported = unsupported
            .map(|one| UnsupportedOrphan { arn: one.arn.clone(), logical_id: one.ownership_tag().logical_id });
        Ok(TaggedResources { orphans, unsupported: unsupported.collect() })
    }

    /// The resources of typed kinds that are found by name.
    async fn typed_orphans(&self, desired: &Desired, tagged: &[Tagged], roles: &[String]) -> Result<Vec<Orphan>> {
        let mut candidates: Vec<_> =
            roles.iter().filter_map(|name| Resource::with_name_only("AWS::IAM::Role", name)).collect();
        let typed = tagged.iter().filter(|one| one.other_kind().is_none());
        candidates.extend(typed.filter_map(|one| Resource::of_arn(&one.arn)).flatten());
        // The tagging API does not know the group that Lambda creates for a function.
        let functions = candidates.iter().filter(|one| matches!(one, Resource::Function(_)));
        let groups: Vec<_> = functions.map(|one| format!("/aws/lambda/{}", one.name())).collect();
        candidates.extend(groups.iter().filter_map(|name| Resource::with_name_only("AWS::Logs::LogGroup", name)));
        // The tagging API returns them in any order.
        candidates.sort_by_cached_key(|one| (one.kind().to_owned(), one.name()));
        candidates.dedup_by(|one, other| one.kind() == other.kind() && one.name() == other.name());
        // The plan reads the resources of the template anyway.
        let named = |one: &Resource| {
            let same = |wanted: &Wanted| wanted.resource.kind() == one.kind() && wanted.resource.name() == one.name();
            desired.resources.iter().any(same)
        };
        candidates.retain(|one| !named(one));
        let of_the_stack = of_the_stack(desired.stack.as_str(), self.aws.place());
        let found = try_join_all(candidates.iter().map(|resource| self.find(resource, &of_the_stack))).await?;
        Ok(found.into_iter().flatten().filter(|found| found.owner == Owner::Ours).map(orphan).collect())
    }

    /// The resources that Cloud Control created: the tag contains the kind, and Cloud Control finds the resource.
    async fn untyped_orphans(&self, desired: &Desired, tagged: &[Tagged]) -> Result<Vec<Orphan>> {
        // A resource of a global service may belong to the same stack in another region.
        let of_the_stack = of_the_stack(desired.stack.as_str(), self.aws.place());
        let tagged = tagged.iter().filter(|one| one.owner(&of_the_stack) == Owner::Ours);
        let candidates = tagged.filter_map(|one| {
            let (kind, tag) = (one.other_kind()?, one.ownership_tag());
            // The plan reads a resource of the template anyway. One with another name is the previous resource.
            let is_it = |wanted: &Wanted| {
                let Resource::Other(other) = &wanted.resource else { return false };
                other.type_name == kind && other.given_name().is_none_or(|name| one.is_called(name))
            };
            let wanted = desired.resources.iter().find(|wanted| wanted.logical_id == tag.logical_id);
            (!wanted.is_some_and(is_it)).then_some((kind, &one.arn, tag))
        });
        let candidates: Vec<_> = candidates.collect();
        let found = candidates.iter().map(|(kind, arn, tag)| self.tagged_other(kind, arn, tag));
        let found = try_join_all(found).await?;
        let named = candidates.into_iter().zip(found).filter_map(|((_, _, tag), found)| Some((tag, found?)));
        Ok(named.map(|(tag, found)| Orphan { logical_id: tag.logical_id, found }).collect())
    }

    /// Reads the lists that [`Self::all_tagged_parts`] needs, for the functions and APIs that the template names. It
    /// runs at the same time as the other reads, so that nothing waits for another answer.
    async fn request_parts(&self, desired: &Desired) -> Result<()> {
        let of_the_stack = of_the_stack(desired.stack.as_str(), self.aws.place());
        let stages = async {
            let apis = self.answers.apis.once("", self.aws.apis()).await?;
            let ours = apis.iter().filter(|api| of_the_stack.owner(&sorted(api.tags())) == Owner::Ours);
            try_join_all(ours.filter_map(|api| api.api_id()).map(|api_id| self.stages_of(api_id))).await
        };
        let wanted = || desired.resources.iter().map(|wanted| &wanted.resource);
        let is_known = |name: &String| references_in_text(name).is_empty();
        let functions = wanted().filter(|one| matches!(one, Resource::Function(_))).map(Resource::name);
        let functions: Vec<String> = functions.filter(is_known).collect();
        let callees: BTreeSet<String> = wanted().filter_map(Resource::callee).filter(is_known).collect();
        let urls = try_join_all(functions.iter().map(|name| self.aliases_and_urls(&of_the_stack, name, "")));
        // The URLs of the template's aliases are read without waiting for the list of aliases.
        let aliases = wanted().filter(|one| matches!(one, Resource::Alias(_))).map(Resource::name);
        let named: Vec<String> = functions.iter().cloned().chain(aliases.filter(is_known)).collect();
        let named_urls = try_join_all(named.iter().map(|callee| self.url_of(callee)));
        let policies = try_join_all(callees.iter().map(|callee| self.policy_of(callee)));
        tokio::try_join!(stages, urls, named_urls, policies).map(drop)
    }

    /// The parts with the stack's ownership tag, of all observed resources.
    pub(super) async fn all_tagged_parts(&self, stack: &str, observed: &Observed) -> Result<TaggedParts> {
        let of_the_stack = of_the_stack(stack, self.aws.place());
        let (mut all, mut without_subscriptions) = (Vec::new(), Vec::new());
        for api_id in observed.api_ids() {
            all.extend(self.tagged_routes(&of_the_stack, &api_id).await?);
        }
        for found in observed.found.values().filter(|found| found.owner == Owner::Ours) {
            match (&found.resource, found.ids.get(Ids::API_ID)) {
                (Resource::Api(_), Some(api_id)) => {
                    let stages = self.stages_of(api_id).await?;
                    let found = stages.iter().map(|stage| found_stage(api_id, stage, &of_the_stack));
                    all.extend(found.filter(|found| found.owner == Owner::Ours).map(orphan));
                }
                (Resource::Function(function), _) => {
                    let logical_id = OwnershipTag::of(&function.tags).logical_id;
                    all.extend(self.aliases_and_urls(&of_the_stack, &function.function_name, &logical_id).await?);
                }
                (Resource::Topic(topic), _) => {
                    let topic_arn = found.ids.get(Ids::REF).map_or("", String::as_str);
                    match self.subscriptions_left(topic, topic_arn).await {
                        Ok(subscriptions) => all.extend(subscriptions),
                        Err(error) => without_subscriptions.push(error),
                    }
                }
                _ => {}
            }
        }
        for callee in observed.callees() {
            all.extend(tagged_statements(stack, &callee, &*self.policy_of(&callee).await?));
        }
        Ok(TaggedParts { orphans: all, subscriptions_unknown: Error::together(without_subscriptions) })
    }

    /// The integrations with the stack's ownership tag, and the routes that point at them.
    pub(super) async fn tagged_routes(&self, of_the_stack: &OwnershipTag, api_id: &str) -> Result<Vec<Orphan>> {
        let mut all = Vec::new();
        let integrations = match self.answers.integrations.once(api_id, self.aws.integrations(api_id)).await {
            Err(error) if error.is_without_parent() => return Ok(all), // the API is deleted, with everything in it
            integrations => integrations?,
        };
        let ours: Vec<_> = integrations
            .iter()
            .filter(|one| of_the_stack.owner_by_description(one.description().unwrap_or_default()) == Owner::Ours)
            .collect();
        for one in &ours {
            let found = found_integration(api_id, one, of_the_stack);
            let logical_id = OwnershipTag::of_description(one.description().unwrap_or_default()).logical_id;
            all.push(Orphan { logical_id, found });
        }
        for route in self.answers.routes.once(api_id, self.aws.routes(api_id)).await?.iter() {
            if let Some(IntegrationId(id)) = IntegrationId::in_target(route.target().unwrap_or_default())
                && let Some(integration) = ours.iter().find(|one| one.integration_id() == Some(id))
            {
                let of = OwnershipTag::of_description(integration.description().unwrap_or_default()).logical_id;
                let logical_id = format!("{of} {}", route.route_key().unwrap_or_default());
                all.push(Orphan { logical_id, found: found_route(api_id, route, Owner::Ours) });
            }
        }
        Ok(all)
    }

    /// The aliases with the stack's ownership tag of a function that has it too, and the URLs of both. A URL has no
    /// ownership tag: it belongs to the owner of its function or alias.
    async fn aliases_and_urls(
        &self,
        of_the_stack: &OwnershipTag,
        function: &str,
        logical_id: &str,
    ) -> Result<Vec<Orphan>> {
        let aliases = self.aliases_of(function).await?;
        let ours =
            aliases.iter().flatten().filter(|one| of_the_stack.owner_by_description(&one.description) == Owner::Ours);
        let mut all: Vec<Orphan> = ours
            .map(|alias| Orphan {
                logical_id: OwnershipTag::of_description(&alias.description).logical_id,
                found: found_alias(function, alias, Owner::Ours),
            })
            .collect();
        let of_aliases = all.iter().map(|alias| (alias.logical_id.clone(), alias.found.resource.name()));
        let callees: Vec<_> = of_aliases.chain([(logical_id.to_owned(), function.to_owned())]).collect();
        let urls = try_join_all(callees.iter().map(|(_, callee)| self.url_of(callee))).await?;
        for ((owner, _), url) in callees.iter().zip(urls) {
            all.extend(url.map(|found| Orphan { logical_id: format!("{owner} URL"), found }));
        }
        Ok(all)
    }
}

impl Aws {
    /// The names of the roles that trust Lambda and have the stack's ownership tag, without those of the template. The
    /// plan reads these anyway, and IAM returns the tags of one role per call.
    async fn tagged_roles(&self, desired: &Desired) -> Result<Vec<String>> {
        let named = |role: &SdkRole| {
            let same =
                |wanted: &Wanted| matches!(&wanted.resource, Resource::Role(one) if one.role_name == role.role_name);
            desired.resources.iter().any(same)
        };
        let roles = self.iam.list_roles().max_items(1000).into_paginator().items().send();
        let roles = roles.try_collect().await;
        let roles = roles.map_err(|error| problem("listing the roles", &error))?;
        let trusts = |role: &SdkRole| names_lambda(role.assume_role_policy_document()) && !named(role);
        let trusting: Vec<_> = roles.into_iter().filter(trusts).map(|role| role.role_name).collect();
        let of_the_stack = of_the_stack(desired.stack.as_str(), self.place());
        stream::iter(trusting)
            .map(async |name| {
                let tags = self.role_tags(&name).await?;
                Ok((of_the_stack.owner(&tags) == Owner::Ours).then_some(name))
            })
            .buffer_unordered(AT_ONCE)
            .try_filter_map(async |name| Ok(name))
            .try_collect()
            .await
    }
}

/// Whether the resource is found by its name, by a list or by the tag that contains its kind.
fn is_known(tagged: &Tagged) -> bool {
    tagged.other_kind().is_some() || Resource::of_arn(&tagged.arn).is_some()
}

/// The ownership tag that all resources of the stack have in common.
fn of_the_stack(stack: &str, place: &Place) -> OwnershipTag {
    OwnershipTag { stack: stack.to_owned(), region: place.region().to_owned(), logical_id: String::new() }
}

fn orphan(mut found: Found) -> Orphan {
    found.duplicates.clear();
    Orphan { logical_id: OwnershipTag::of(&found.resource.tags()).logical_id, found }
}
