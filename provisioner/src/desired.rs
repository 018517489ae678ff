//! The desired state of a stack: typed resources, each after all that it needs.

mod attributes;
mod callee;
mod entrance;
mod outputs;
mod packages;
mod relations;
mod settings;
mod smoke;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use entrance::Entrance;
pub(crate) use entrance::METHODS;
pub use packages::{PackageCheck, Packages};
pub use smoke::{Request, SmokeTest, Untested};

use self::attributes::{check_references, wrong_reference};
use self::callee::check_function;
use self::packages::{check_package_names, read_package};
use self::relations::{attach_policy, complete_version, link_route};
use self::settings::settings_after_routes;
use crate::error::{Error, Result};
use crate::package::Forgotten;
use crate::place::{Place, StackName};
use crate::resources::{Ids, OwnershipTag, PropertyFault, Resource, typed_kinds};
use crate::template::{
    Choice, DeletionPolicy, Fault, Known, Naming, Output, Pseudo, Reason, Reference, Remark, ResolvedResource,
    Template, references_in_text,
};

/// The resources that the stack must have, with every value filled in that can be known without asking AWS.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The stack that they belong to.
    pub stack: StackName,
    /// Their region and partition.
    pub place: Place,
    /// The resources, each after all that it needs.
    pub resources: Vec<Wanted>,
    /// The values that the stack reports after a deployment.
    pub outputs: Vec<Output>,
    /// The resources that each output refers to, by the output's name.
    needs_of_outputs: BTreeMap<String, BTreeSet<String>>,
    /// The routes and function URLs through which callers reach its functions, in the template's order.
    pub entrances: Vec<Entrance>,
    /// The smoke tests that the template declares, in its order.
    pub smoke_tests: Vec<SmokeTest>,
    /// The template of these resources: it provides their places in the file.
    template: Arc<Template>,
    /// The files in the packages of its functions that look forgotten, by logical id.
    pub forgotten: BTreeMap<String, Forgotten>,
    /// Remarks for the author of the template.
    pub remarks: Vec<Remark>,
}

/// One resource that the stack must have.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its logical id.
    pub logical_id: String,
    /// Its properties.
    pub resource: Resource,
    /// The resources that must exist before it.
    pub needs: BTreeSet<String>,
    /// Whether it remains when the stack is deleted.
    pub retain: bool,
    /// The parameter that determines its name, if its name is one parameter's value with fixed text around it.
    pub named_by: Option<Naming>,
}

impl Desired {
    /// Resolves a template for one set of parameters and converts every resource to its type. `account` is needed only
    /// where the meaning of the template depends on it.
    ///
    /// # Errors
    /// When the template cannot be resolved, names a kind, property or attribute that is not supported, or a package is
    /// missing or cannot start on its target. [`Error::needs_account`] is true of the error when the template can be
    /// resolved once the account is known.
    pub fn build(
        template: &Template,
        parameters: &BTreeMap<String, String>,
        packages: &Packages,
        stack: &StackName,
        place: &Place,
        account: Option<&str>,
    ) -> Result<Self> {
        let pseudo = Pseudo::Direct { stack: stack.clone(), place: place.clone(), account: account.map(str::to_owned) };
        let resolved = template.resolve(parameters, &pseudo)?;
        check_package_names(template, packages)?;
        let mut known = Known::default();
        let mut resources: Vec<Wanted> = Vec::new();
        let mut declarations = Vec::new();
        let mut forgotten = BTreeMap::new();
        for declared in resolved.resources {
            let logical_id = declared.logical_id.clone();
            declarations.extend(declared.provisioner.clone().map(|value| (logical_id.clone(), value)));
            let needs = declared.needs.clone();
            check_references(template, &declared, &resources, &known)?;
            let retain = declared.deletion_policy != DeletionPolicy::Delete;
            let mut resource = typed(template, &declared)?.fill(&known);
            resource.complete(&ownership_tag(stack, place, &logical_id));
            check_function(template, &logical_id, &resource, &resources)?;
            if let Resource::Function(function) = &mut resource {
                let found = read_package(template, &logical_id, function, packages)?;
                forgotten.extend(found.map(|found| (logical_id.clone(), found)));
            }
            if retain {
                resource.retain();
            }
            if let Resource::Version(version) = &mut resource {
                complete_version(template, &logical_id, version, &resources)?;
            }
            if let Resource::Route(route) = &mut resource {
                link_route(route, &mut resources);
            }
            if let Resource::InlinePolicy(policy) = &resource {
                attach_policy(template, &logical_id, policy, &mut resources)?;
            }
            for (reference, value) in resource.known(&logical_id, place, &Ids::new()) {
                known.insert(reference, value);
            }
            let named_by = naming(template, &declared, &resource);
            resources.push(Wanted { logical_id, resource, needs, retain, named_by });
        }
        settings_after_routes(&mut resources);
        let mut needs_of_outputs = BTreeMap::new();
        for output in &resolved.outputs {
            let references = references_in_text(&output.value);
            let needs = references.iter().filter(|one| !one.is_pseudo()).map(|one| one.logical_id.clone());
            needs_of_outputs.insert(output.name.clone(), needs.collect());
            if let Some(reason) = wrong_reference(&output.value, &resources, &known) {
                return Err(template.output_problem(&output.name, reason));
            }
        }
        let outputs =
            resolved.outputs.into_iter().map(|output| Output { value: known.fill_text(&output.value), ..output });
        let outputs = outputs.collect();
        let entrances = entrance::entrances(template, &resources, place);
        if let Some(account) = account {
            known.insert(Reference::account(), account);
        }
        let smoke_tests = smoke::declared(template, declarations, &resources, &entrances, &known)?;
        let (stack, place) = (stack.clone(), place.clone());
        let remarks = template.remarks(parameters);
        let template = Arc::new(template.clone());
        let desired = Self {
            stack,
            place,
            outputs,
            needs_of_outputs,
            entrances,
            smoke_tests,
            forgotten,
            resources,
            remarks,
            template,
        };
        desired.check_same_name()?;
        Ok(desired)
    }

    /// The ownership tag of the stack's resource with this logical id.
    pub fn ownership_tag(&self, logical_id: &str) -> OwnershipTag {
        ownership_tag(&self.stack, &self.place, logical_id)
    }

    /// The place of a property of a resource: `file:line`.
    pub fn property_place(&self, logical_id: &str, property: &[String]) -> String {
        let keys = ["Resources", logical_id, "Properties"].into_iter().chain(property.iter().map(String::as_str));
        self.template.place(&keys.collect::<Vec<_>>())
    }

    /// The resources of a kind in an error about their `Type`: the first one with its place, and the number of others.
    pub fn resources_of(&self, kind: &str) -> String {
        let all: Vec<_> = self.resources.iter().filter(|wanted| wanted.resource.kind() == kind).collect();
        let Some(first) = all.first().map(|wanted| &wanted.logical_id) else { return "no resource".to_owned() };
        let place = self.template.place(&["Resources", first, "Type"]);
        match all.len() - 1 {
            0 => format!("`{first}` ({place})"),
            others => format!("`{first}` ({place}) and {others} more"),
        }
    }

    /// The place of the value of an output: `file:line`.
    pub fn output_place(&self, name: &str) -> String {
        self.template.place(&["Outputs", name, "Value"])
    }

    /// The parameter that a property of a resource refers to, if it is the only one.
    pub fn parameter_for(&self, logical_id: &str, property: &str) -> Option<&str> {
        self.template.parameter_for(logical_id, property)
    }

    /// What has to change so that the template contains the resource with this logical id, or else one of this kind, that
    /// it does not contain with these parameters. `None` if no parameter decides that.
    pub fn choice(&self, logical_id: &str, kind: &str) -> Option<Choice<'_>> {
        let absent = |id: &&str| self.get(id).is_none();
        if self.template.logical_ids().any(|id| id == logical_id) {
            return Some(logical_id).filter(absent).and_then(|id| self.template.choice(id)).map(|(_, choice)| choice);
        }
        let absent = self.template.logical_ids().filter(absent).filter_map(|id| self.template.choice(id));
        let mut choices = absent.filter(|(of, _)| *of == kind).map(|(_, choice)| choice);
        let first = choices.next()?;
        Some(if choices.all(|other| other == first) { first } else { Choice::Undecided })
    }

    /// The parameter that selects the API of the stack's routes, if the template has one.
    pub fn parameter_of_api(&self) -> Option<&str> {
        let on_an_api = |wanted: &&Wanted| matches!(wanted.resource, Resource::Route(_) | Resource::Integration(_));
        self.resources.iter().filter(on_an_api).find_map(|wanted| self.parameter_for(&wanted.logical_id, "ApiId"))
    }

    /// The resource of this logical id.
    pub fn get(&self, logical_id: &str) -> Option<&Wanted> {
        self.resources.iter().find(|wanted| wanted.logical_id == logical_id)
    }

    /// Refuses two resources of one kind with the same name: they would overwrite each other at every run.
    fn check_same_name(&self) -> Result<()> {
        for (index, one) in self.resources.iter().enumerate() {
            let duplicate = self.resources[..index].iter().find(|other| one.resource.collides_with(&other.resource));
            if let Some(duplicate) = duplicate {
                let (kind, name) = (one.resource.kind(), one.resource.name());
                return Err(Error::new(
                    format!("checking stack {}", self.stack),
                    format!(
                        "duplicate: `{}` and `{}` are both the {kind} `{name}`",
                        duplicate.logical_id, one.logical_id
                    ),
                ));
            }
        }
        Ok(())
    }
}

fn ownership_tag(stack: &StackName, place: &Place, logical_id: &str) -> OwnershipTag {
    OwnershipTag { stack: stack.to_string(), region: place.region().to_owned(), logical_id: logical_id.to_owned() }
}

fn typed(template: &Template, declared: &ResolvedResource) -> Result<Resource> {
    let problem =
        |PropertyFault { property, reason }| template.property_problem(&declared.logical_id, &property, reason);
    match Resource::parse(&declared.kind, declared.properties.clone()).map_err(problem)? {
        Some(resource) => Ok(resource),
        None => {
            let reason = Reason::unknown(format!(
                "the kind `{}` is not supported; supported are these and, through Cloud Control, all others in AWS's registry\n  {}",
                declared.kind,
                typed_kinds().join("\n  ")
            ));
            Err(template.problem(&["Resources", &declared.logical_id, "Type"], Fault::here(reason)))
        }
    }
}

/// Finds the parameter that determines the name of a resource, where the name is one of its properties.
fn naming(template: &Template, declared: &ResolvedResource, resource: &Resource) -> Option<Naming> {
    let name = resource.name();
    let (property, _) = declared.properties.iter().find(|(_, value)| value.as_str() == Some(&name))?;
    template.naming(&declared.logical_id, property)
}

#[cfg(test)]
mod tests;
