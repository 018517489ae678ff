//! The desired state of a stack: typed resources, each after all that it needs.

mod attributes;
mod callee;
mod entrance;
mod outputs;
mod settings;
mod smoke;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use entrance::Entrance;
pub use smoke::{Request, SmokeTest, Untested};

use self::attributes::{check_attributes, unknown_attribute};
use self::callee::check_function;
use self::settings::settings_after_routes;
use crate::error::{Error, Result};
use crate::package::{self, Forgotten, Target, Way};
use crate::place::{Place, StackName};
use crate::releases::Releases;
use crate::resources::function::Function;
use crate::resources::inline_policy::InlinePolicy;
use crate::resources::route::Route;
use crate::resources::version::Version;
use crate::resources::{Ids, Mark, PropertyFault, Resource, typed_kinds};
use crate::template::{
    DeletionPolicy, Known, Naming, Output, Reference, Remark, ResolvedResource, Template, references_in_text,
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

/// How the packages of a template's functions are read.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    /// Zip files that replace the template's own, by the function's logical id.
    pub instead: BTreeMap<String, PathBuf>,
    /// The requirements for the packages.
    pub check: PackageCheck,
}

/// The requirements for a package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PackageCheck {
    /// Lambda must accept it in a call, and be able to start it.
    #[default]
    ForLambda,
    /// Lambda must accept it from a bucket, and be able to start it.
    ForLambdaByBucket,
    /// It is read without checks: an emulator runs it on this machine.
    ForThisMachine,
    /// It is not read, because nothing will be uploaded.
    Unread,
    /// It is read if it exists, and only for a comparison.
    IfThere,
}

impl Desired {
    /// Resolves a template for one set of parameters and converts every resource to its type.
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
    ) -> Result<Self> {
        Self::build_for(template, parameters, packages, stack, place, None)
    }

    /// The same with the account, for a template whose meaning depends on it.
    ///
    /// # Errors
    /// As [`Desired::build`].
    pub fn build_for(
        template: &Template,
        parameters: &BTreeMap<String, String>,
        packages: &Packages,
        stack: &StackName,
        place: &Place,
        account: Option<&str>,
    ) -> Result<Self> {
        let resolved = template.resolve(parameters, stack, place, account)?;
        check_names(template, packages)?;
        let mut known = Known::default();
        let mut resources: Vec<Wanted> = Vec::new();
        let mut declarations = Vec::new();
        let mut forgotten = BTreeMap::new();
        for declared in resolved.resources {
            let logical_id = declared.logical_id.clone();
            declarations.extend(declared.provisioner.clone().map(|value| (logical_id.clone(), value)));
            let needs = declared.needs.clone();
            check_attributes(template, &declared, &resources)?;
            let retain = declared.deletion_policy != DeletionPolicy::Delete;
            let mut resource = typed(template, &declared)?.fill(&known);
            resource.complete(&mark(stack, place, &logical_id));
            check_function(template, &logical_id, &resource, &resources)?;
            if let Resource::Function(function) = &mut resource {
                let found = read_package(template, &logical_id, function, packages)?;
                forgotten.extend(found.map(|found| (logical_id.clone(), found)));
            }
            if retain {
                resource.retain();
            }
            if let Resource::Version(version) = &mut resource {
                release(template, &logical_id, version, &resources)?;
            }
            if let Resource::Route(route) = &mut resource {
                lead(route, &mut resources);
            }
            if let Resource::InlinePolicy(policy) = &resource {
                put_beside(template, &logical_id, policy, &mut resources)?;
            }
            for (reference, value) in resource.known(&logical_id, place, &Ids::new()) {
                known.insert(reference, value);
            }
            let named_by = naming(template, &declared, &resource);
            resources.push(Wanted { logical_id, resource, needs, retain, named_by });
        }
        settings_after_routes(&mut resources);
        for output in &resolved.outputs {
            let references = references_in_text(&output.value);
            if let Some(reason) = references.iter().find_map(|reference| unknown_attribute(reference, &resources)) {
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
        let desired = Self { stack, place, outputs, entrances, smoke_tests, forgotten, resources, remarks, template };
        desired.check_same_name()?;
        Ok(desired)
    }

    /// The ownership tag of the stack's resource with this logical id.
    #[must_use]
    pub fn mark(&self, logical_id: &str) -> Mark {
        mark(&self.stack, &self.place, logical_id)
    }

    /// The place of a property of a resource: `file:line`.
    #[must_use]
    pub fn property_place(&self, logical_id: &str, property: &[String]) -> String {
        let keys = ["Resources", logical_id, "Properties"].into_iter().chain(property.iter().map(String::as_str));
        self.template.place(&keys.collect::<Vec<_>>())
    }

    /// The place of the value of an output: `file:line`.
    #[must_use]
    pub fn output_place(&self, name: &str) -> String {
        self.template.place(&["Outputs", name, "Value"])
    }

    /// The parameter that a property of a resource refers to, if it is the only one.
    #[must_use]
    pub fn parameter_for(&self, logical_id: &str, property: &str) -> Option<&str> {
        self.template.parameter_for(logical_id, property)
    }

    /// The parameter that selects the API of the stack's routes, if the template has one.
    #[must_use]
    pub fn parameter_of_api(&self) -> Option<&str> {
        let on_an_api = |wanted: &&Wanted| matches!(wanted.resource, Resource::Route(_) | Resource::Integration(_));
        self.resources.iter().filter(on_an_api).find_map(|wanted| self.parameter_for(&wanted.logical_id, "ApiId"))
    }

    /// The resource of this logical id.
    #[must_use]
    pub fn get(&self, logical_id: &str) -> Option<&Wanted> {
        self.resources.iter().find(|wanted| wanted.logical_id == logical_id)
    }

    /// Refuses two resources of one kind with the same name: they would overwrite each other at every run.
    fn check_same_name(&self) -> Result<()> {
        for (index, one) in self.resources.iter().enumerate() {
            let twin = self.resources[..index].iter().find(|other| one.resource.collides_with(&other.resource));
            if let Some(twin) = twin {
                let (kind, name) = (one.resource.kind(), one.resource.name());
                return Err(Error::new(
                    format!("checking stack {}", self.stack),
                    format!("duplicate: `{}` and `{}` are both the {kind} `{name}`", twin.logical_id, one.logical_id),
                ));
            }
        }
        Ok(())
    }
}

fn mark(stack: &StackName, place: &Place, logical_id: &str) -> Mark {
    Mark { stack: stack.to_string(), region: place.region().to_owned(), logical_id: logical_id.to_owned() }
}

fn typed(template: &Template, declared: &ResolvedResource) -> Result<Resource> {
    let problem =
        |PropertyFault { property, reason }| template.property_problem(&declared.logical_id, &property, reason);
    match Resource::parse(&declared.kind, declared.properties.clone()).map_err(problem)? {
        Some(resource) => Ok(resource),
        None => {
            let reason = format!(
                "the kind `{}` is not supported; supported are these and, through Cloud Control, all others in AWS's registry\n  {}",
                declared.kind,
                typed_kinds().join("\n  ")
            );
            Err(template.resource_problem(&declared.logical_id, "Type", reason))
        }
    }
}

/// Finds the parameter that determines the name of a resource, where the name is one of its properties.
fn naming(template: &Template, declared: &ResolvedResource, resource: &Resource) -> Option<Naming> {
    let name = resource.name();
    let (property, _) = declared.properties.iter().find(|(_, value)| value.as_str() == Some(&name))?;
    template.naming(&declared.logical_id, property)
}

fn check_names(template: &Template, packages: &Packages) -> Result<()> {
    let functions = template.logical_ids_of("AWS::Lambda::Function");
    match packages.instead.keys().find(|id| !functions.contains(&id.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(Error::new(
            format!("taking a package for `{unknown}`"),
            format!("the template has no function with this name; it has {}", functions.join(", ")),
        )),
    }
}

fn hold(version: &mut Version, function: &Function) {
    version.release = function.release();
    version.package.clone_from(&function.code.sha256);
}

/// Sets the release of a version to its function's desired state.
fn release(template: &Template, logical_id: &str, version: &mut Version, earlier: &[Wanted]) -> Result<()> {
    for wanted in earlier {
        if let Resource::Function(function) = &wanted.resource
            && function.function_name == version.function_name
        {
            hold(version, function);
            version.revision = Reference::new(&wanted.logical_id, Ids::REVISION_ID).to_string();
            return Ok(());
        }
    }
    let reason = format!("`{}` is not a function of this template", version.function_name);
    Err(template.property_problem(logical_id, "FunctionName", reason))
}

/// Sets the target of a route's integration in the route, and adds the route to the routes of that integration.
fn lead(route: &mut Route, earlier: &mut [Wanted]) {
    let Some(to) = references_in_text(&route.target).into_iter().next() else { return };
    let Some(wanted) = earlier.iter_mut().find(|wanted| wanted.logical_id == to.logical_id) else { return };
    if let Resource::Integration(integration) = &mut wanted.resource {
        integration.routes.insert(route.route_key.clone());
        route.calls.clone_from(&integration.integration_uri);
    }
}

/// Adds a policy to the policies that other resources attach to a role, so that the role does not change it.
fn put_beside(template: &Template, logical_id: &str, policy: &InlinePolicy, earlier: &mut [Wanted]) -> Result<()> {
    let name = &policy.policy_name;
    for role_name in &policy.roles {
        let role = earlier.iter_mut().find_map(|wanted| {
            let Resource::Role(role) = &mut wanted.resource else { return None };
            (role.role_name == *role_name).then_some(role)
        });
        let Some(role) = role else {
            let reason = format!("`{role_name}` is not a role of this template; write it as `!Ref ROLE`");
            return Err(template.property_problem(logical_id, "Roles", reason));
        };
        if role.policies.contains_key(name) || !role.policies_beside.insert(name.clone()) {
            let reason = format!("the role `{role_name}` already has a policy with the name `{name}`");
            return Err(template.property_problem(logical_id, "PolicyName", reason));
        }
    }
    Ok(())
}

/// Reads a function's package, and returns the files in it that look forgotten.
fn read_package(
    template: &Template,
    logical_id: &str,
    function: &mut Function,
    packages: &Packages,
) -> Result<Option<Forgotten>> {
    if packages.check == PackageCheck::Unread {
        return Ok(None);
    }
    let beside = template.path().parent().unwrap_or(Path::new(""));
    // A path that the user gives must exist.
    let may_be_missing = packages.check == PackageCheck::IfThere && !packages.instead.contains_key(logical_id);
    let path = match (packages.instead.get(logical_id), &function.code.path) {
        (Some(instead), _) => instead.clone(),
        (None, Some(own)) => beside.join(own),
        (None, None) => {
            return Err(template.property_problem(logical_id, "Code", "it does not name a file".to_owned()));
        }
    };
    if may_be_missing && !path.exists() {
        return Ok(None);
    }
    let zip = package::read(&path).map_err(|error| {
        let hint = format!("{}, or name another with `--code {logical_id}=ZIP`", error.remedy);
        Error::new(format!("reading the package {} of `{logical_id}`", path.display()), error).hint(hint)
    })?;
    let way = match packages.check {
        PackageCheck::ForLambda => Some(Way::InTheCall),
        PackageCheck::ForLambdaByBucket => Some(Way::ThroughABucket),
        PackageCheck::ForThisMachine | PackageCheck::Unread | PackageCheck::IfThere => None,
    };
    if let Some(way) = way {
        package::check_size(&path, &zip, way)?;
        let architecture = function.architectures.first().map_or("x86_64", String::as_str);
        package::check(&path, &zip, Target { runtime: &function.runtime, architecture })?;
    }
    let forgotten = package::forgotten(&path, &zip);
    function.code.sha256 = package::sha256(&zip);
    function.code.path = Some(path);
    Ok(forgotten)
}

impl Desired {
    /// Keeps the deployed code of each function whose package was not read, by the functions' names, because a version
    /// is found by its complete content. Returns the logical ids of these functions.
    pub fn keep_deployed_code(&mut self, deployed: &BTreeMap<String, Releases>) -> BTreeSet<String> {
        let mut unread = BTreeSet::new();
        let mut completed: BTreeMap<String, Function> = BTreeMap::new();
        for wanted in &mut self.resources {
            if let Resource::Function(function) = &mut wanted.resource
                && function.code.sha256.is_empty()
            {
                unread.insert(wanted.logical_id.clone());
                if let Some(releases) = deployed.get(&function.function_name) {
                    function.code.sha256.clone_from(&releases.code_sha256);
                }
                completed.insert(function.function_name.clone(), function.clone());
            }
            if let Resource::Version(version) = &mut wanted.resource
                && let Some(function) = completed.get(&version.function_name)
            {
                hold(version, function);
            }
        }
        unread
    }
}

#[cfg(test)]
mod tests;
