//! The resource kinds: one file for each kind, with its typed properties, its comparison and the calls that change it.
//!
//! A new kind is a file here, its calls in its service's file in `aws/`, and one word in `kinds!` below:
//! `docs/adding-a-resource-kind.md`.

pub mod alias;
pub mod api;
mod attribute;
pub mod check;
mod code;
mod cors;
mod difference;
mod effect;
#[cfg(test)]
mod filling;
pub mod function;
mod ids;
mod import;
pub mod inline_policy;
pub mod integration;
mod kind;
pub mod log_group;
mod name;
pub mod named;
pub mod other;
mod ownership;
pub mod permission;
mod policy;
pub(crate) mod property;
pub mod role;
pub mod route;
mod scalar;
pub mod served;
pub mod stage;
#[cfg(test)]
mod support;
pub mod table;
mod tags;
pub mod taken;
pub mod url;
pub mod version;
pub mod watch;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use cors::Cors;
pub use difference::Change;
pub use effect::{Again, Effect, Left};
pub use import::Import;
pub(crate) use import::snake_case;
pub(crate) use kind::Kind;
pub use kind::{Changed, Ids, Stages};
pub use ownership::{Arn, Orphans, Ownership, Removal};
pub use policy::{Policy, Principal, deleted_principals};
pub use property::Property;
pub(crate) use property::property;
pub use tags::{
    CLOUDFORMATION_TAG, DESCRIPTION, KIND_TAG, Mark, Owner, REGION_TAG, RESOURCE_TAG, STACK_TAG, TAGS, Tags,
};

use crate::place::Place;
use crate::template::{Known, Reference, in_words, reserved_in, shown};

/// A property that its kind does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyFault {
    /// The path of the property, dotted.
    pub property: String,
    /// The fault, and what is supported.
    pub reason: String,
}

macro_rules! kinds {
    ($dollar:tt $($module:ident::$name:ident),+ $(,)?) => {
        /// A resource with typed properties: wanted by a template, or answered by AWS.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Resource {
            $(#[doc = concat!("See [`", stringify!($module::$name), "`].")] $name($module::$name)),+
        }

        /// One AWS call that changes something.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Call {
            $(#[doc = concat!("See [`", stringify!($module::Call), "`].")] $name($module::Call)),+
        }

        /// The names of the kinds that have a type here.
        #[must_use]
        pub fn typed_kinds() -> Vec<&'static str> {
            [$($module::$name::TYPE),+].into_iter().filter(|kind| *kind != ANY_OTHER).collect()
        }

        /// Matches a resource or a call, with the same expression for every kind: `each_kind!(wanted, Resource(one) =>
        /// one.name())`.
        macro_rules! each_kind {
            ($dollar value:expr, $dollar of:ident($dollar one:ident) => $dollar body:expr) => {
                match $dollar value { $($crate::resources::$dollar of::$name($dollar one) => $dollar body),+ }
            };
        }
        pub(crate) use each_kind;

        /// What `Fn::GetAtt` can ask a typed kind for, which of its properties cannot be changed in place, and its
        /// properties.
        #[cfg(test)]
        fn facts(kind: &str) -> (&'static [&'static str], &'static [Property], Vec<support::Supported>) {
            match kind {
                $($module::$name::TYPE => (
                    $module::$name::ATTRIBUTES,
                    $module::$name::CREATE_ONLY,
                    support::supported::<<$module::$name as Kind>::Template>(),
                ),)+
                _ => (&[], &[], Vec::new()),
            }
        }

        impl Resource {
            /// The resource of a template's properties, typed where its kind is known here; `None` for what cannot
            /// be a kind of resource at all.
            ///
            /// # Errors
            /// The first property that is unknown or has not the right type.
            pub fn parse(kind: &str, properties: Map<String, Value>) -> Result<Option<Self>, PropertyFault> {
                if kind == ANY_OTHER {
                    return Ok(None);
                }
                match kind {
                    $($module::$name::TYPE => parse(properties).map(Self::$name).map(Some),)+
                    _ => Ok(other::Other::new(kind, properties).map(Self::Other)),
                }
            }

            /// The kind's name in a template.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self { $(Self::$name(one) => one.type_name()),+ }
            }

            /// Whether `Fn::GetAtt` can ask it for this.
            #[must_use]
            pub fn has_attribute(&self, name: &str) -> bool {
                match self { $(Self::$name(one) => one.has_attribute(name)),+ }
            }

            /// What `Fn::GetAtt` can ask it for, where that is known here.
            #[must_use]
            pub fn attribute_names(&self) -> Vec<String> {
                match self { $(Self::$name(one) => one.attribute_names()),+ }
            }

            /// What people call it.
            #[must_use]
            pub fn name(&self) -> String {
                match self { $(Self::$name(one) => one.name()),+ }
            }

            /// The API that it is a part of.
            #[must_use]
            pub fn part_of_api(&self) -> Option<&str> {
                match self { $(Self::$name(one) => one.part_of_api()),+ }
            }

            /// The function or alias that callers get permissions for by it, such as `chat:live`.
            #[must_use]
            pub fn callee(&self) -> Option<String> {
                match self { $(Self::$name(one) => one.callee()),+ }
            }

            /// The function that it is a part of: removed with that, and made anew with it.
            #[must_use]
            pub fn part_of_function(&self) -> Option<&str> {
                match self { $(Self::$name(one) => one.part_of_function()),+ }
            }

            /// Fills in what depends on its place in the stack.
            pub fn complete(&mut self, mark: &Mark) {
                match self { $(Self::$name(one) => one.complete(mark)),+ }
            }

            /// The attributes that follow from its properties.
            #[must_use]
            pub fn attributes(&self, place: &Place) -> Vec<(&'static str, String)> {
                match self { $(Self::$name(one) => one.attributes(place)),+ }
            }

            /// Whether it can be looked for: nothing that AWS finds it by is still unknown.
            #[must_use]
            pub fn can_be_found(&self) -> bool {
                if matches!(self, Self::Other(other) if other.schema.is_none()) {
                    return false; // what it is found by stands in its kind's schema
                }
                let identity = match self { $(Self::$name(one) => one.identity()),+ };
                identity.iter().all(|part| reserved_in(part).is_none())
            }

            /// The resources that this ARN names, with only the properties that are needed to find them; `None` if no
            /// typed kind has such an ARN. The resources of some kinds are found in a list instead.
            #[must_use]
            pub fn of_arn(arn: &str) -> Option<Vec<Self>> {
                $(match $module::$name::ORPHANS {
                    Orphans::ByName(arns) => {
                        if let Some(name) = arns.name_in(arn) {
                            return Some($module::$name::bare(name).map(Self::$name).into_iter().collect());
                        }
                    }
                    Orphans::ByList(arns) => {
                        if arns.name_in(arn).is_some() {
                            return Some(Vec::new());
                        }
                    }
                    Orphans::WithParent => {}
                })+
                None
            }

            /// A resource of a kind with only the properties that are needed to find it by this name.
            #[must_use]
            pub fn bare(kind: &str, name: &str) -> Option<Self> {
                match kind {
                    $($module::$name::TYPE => $module::$name::bare(name).map(Self::$name),)+
                    _ => None,
                }
            }

            /// Where AWS shows its owner.
            #[must_use]
            pub fn ownership(&self) -> Ownership {
                match self { $(Self::$name(_) => $module::$name::OWNERSHIP),+ }
            }

            /// When a removal deletes it.
            #[must_use]
            pub fn removal(&self) -> Removal {
                match self { $(Self::$name(_) => $module::$name::REMOVAL),+ }
            }

            /// Whether `update` changes it.
            #[must_use]
            pub fn is_changed_by_update(&self) -> bool {
                match self { $(Self::$name(_) => $module::$name::CHANGED_BY_UPDATE),+ }
            }

            /// The service for its calls, if that is not its service's own API.
            #[must_use]
            pub fn through(&self) -> Option<&'static str> {
                match self { $(Self::$name(_) => $module::$name::THROUGH),+ }
            }

            /// Whether it and another are the same resource on AWS.
            #[must_use]
            pub fn is_the_very(&self, ids: &Ids, other: &Self, other_ids: &Ids) -> bool {
                match (self, other) {
                    $((Self::$name(one), Self::$name(other)) => one.is_same(ids, other, other_ids),)+
                    _ => false,
                }
            }

            /// Whether it and another resource of the template are one resource on AWS.
            #[must_use]
            pub fn collides_with(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$name(one), Self::$name(other)) => one.collides_with(other),)+
                    _ => false,
                }
            }

            /// Whether it is useless without the other resource: a route without its API, a function without its role.
            #[must_use]
            pub fn lives_on(&self, other: &Self, ids: &Ids) -> bool {
                let of_its_api = || ids.get(Ids::API_ID).is_some_and(|id| self.part_of_api() == Some(id.as_str()));
                match other {
                    Self::Api(_) if of_its_api() => true,
                    Self::Function(function) if self.part_of_function() == Some(&function.function_name) => true,
                    _ => match self { $(Self::$name(one) => one.lives_on(other, ids)),+ }
                }
            }

            /// Records that it stays when the template no longer contains it.
            pub fn retain(&mut self) {
                match self { $(Self::$name(one) => Kind::retain(one)),+ }
            }

            /// Why a prune does not delete it when the template no longer contains it.
            #[must_use]
            pub fn is_kept(&self) -> Option<&'static str> {
                match self { $(Self::$name(one) => one.is_kept()),+ }
            }

            /// The Terraform resources that import it.
            #[must_use]
            pub fn imports(&self, ids: &Ids) -> Vec<Import> {
                match self { $(Self::$name(one) => one.imports(ids)),+ }
            }

            fn tags_mut(&mut self) -> Option<&mut Tags> {
                match self { $(Self::$name(one) => one.tags_mut()),+ }
            }

            fn comparable(&self) -> Value {
                match self { $(Self::$name(one) => one.comparable()),+ }
            }

            fn seen_beside(&self, wanted: &Self) -> Value {
                match (self, wanted) {
                    $((Self::$name(now), Self::$name(wanted)) => now.seen_beside(wanted),)+
                    _ => self.comparable(),
                }
            }

            fn create_only(&self) -> Vec<&str> {
                match self { $(Self::$name(one) => one.create_only()),+ }
            }

            /// Whether a replacement is made before the old one goes.
            #[must_use]
            pub fn create_before_delete(&self) -> bool {
                match self { $(Self::$name(_) => $module::$name::CREATE_BEFORE_DELETE),+ }
            }

            /// Whether creating it assigns the very id that an existing one has: AWS refuses it until that one is deleted.
            #[must_use]
            pub fn gets_the_id_of(&self, ids: &Ids) -> bool {
                match self { $(Self::$name(one) => one.gets_the_id_of(ids)),+ }
            }

            /// The calls that remove it once its replacement exists, which AWS knows by the id `successor`.
            #[must_use]
            pub fn delete_replaced(&self, ids: &Ids, successor: &str) -> Stages<Call> {
                match self { $(Self::$name(one) => wrap(one.delete_replaced(ids, successor), Call::$name)),+ }
            }

            /// Whether it exists once the first stage that makes it is done, and is only filled in by the later ones.
            #[must_use]
            pub fn is_filled_in_later(&self) -> bool {
                match self { $(Self::$name(_) => $module::$name::FILLED_IN_LATER),+ }
            }

            /// Whether making or changing it asks of what it refers to only that it exists.
            #[must_use]
            pub fn runs_later(&self) -> bool {
                match self { $(Self::$name(_) => $module::$name::RUNS_LATER),+ }
            }

            /// Why it must not take over `now`, which nobody's mark is on.
            #[must_use]
            pub fn objection(&self, now: &Self) -> Option<String> {
                match (self, now) {
                    $((Self::$name(wanted), Self::$name(now)) => wanted.objection(now),)+
                    _ => None,
                }
            }

            /// The calls that make it.
            #[must_use]
            pub fn create(&self) -> Stages<Call> {
                match self { $(Self::$name(one) => wrap(one.create(), Call::$name)),+ }
            }

            /// The calls that make `now` equal to it.
            #[must_use]
            pub fn update(&self, now: &Self, ids: &Ids, changed: &Changed) -> Stages<Call> {
                match (self, now) {
                    $((Self::$name(wanted), Self::$name(now)) => wrap(wanted.update(now, ids, changed), Call::$name),)+
                    _ => Vec::new(),
                }
            }

            /// The calls that remove it.
            #[must_use]
            pub fn delete(&self, ids: &Ids) -> Stages<Call> {
                match self { $(Self::$name(one) => wrap(one.delete(ids), Call::$name)),+ }
            }

            /// The same resource with every known reference filled in.
            #[must_use]
            pub fn fill(&self, known: &Known) -> Self {
                match self { $(Self::$name(one) => Self::$name(fill(one, known))),+ }
            }
        }

        impl Call {
            /// Its effect.
            #[must_use]
            pub fn effect(&self) -> Effect<Resource> {
                match self { $(Self::$name(call) => $module::$name::effect(call).map(Resource::$name)),+ }
            }

            /// Whether it only reads, as the check of a version does.
            #[must_use]
            pub fn changes_nothing(&self) -> bool {
                match self { $(Self::$name(call) => $module::$name::only_reads(call)),+ }
            }

            /// The content that the file of a plan contains as a digest.
            #[must_use]
            pub fn recorded(&self) -> Value {
                match self { $(Self::$name(call) => $module::$name::recorded(call)),+ }
            }
        }
    };
}

/// The entry in the list of kinds for all kinds without a type. No kind can have this name.
const ANY_OTHER: &str = "*";

// The first argument is the `$` of the macro that this macro defines.
kinds! { $
    role::Role,
    inline_policy::InlinePolicy,
    log_group::LogGroup,
    function::Function,
    version::Version,
    alias::Alias,
    url::Url,
    permission::Permission,
    api::Api,
    integration::Integration,
    route::Route,
    stage::Stage,
    table::Table,
    other::Other,
}

impl Resource {
    /// Every property in which `now` differs from it.
    ///
    /// Tags that the template does not name are omitted, since organisations add their own.
    #[must_use]
    pub fn changes_from(&self, now: &Self) -> Vec<Change> {
        let mut now = now.clone();
        if let (Some(theirs), Some(ours)) = (now.tags_mut(), self.clone().tags_mut()) {
            theirs.retain(|key, _| ours.contains_key(key));
        }
        difference::changes(&now.seen_beside(self), &self.comparable())
    }

    /// Its tags; empty where the kind has none.
    #[must_use]
    pub fn tags(&self) -> Tags {
        self.clone().tags_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Whether one of these changes cannot be made in place.
    #[must_use]
    pub fn must_be_replaced(&self, changed: &Changed) -> bool {
        let create_only = self.create_only();
        match create_only.contains(&Property::EVERY.name()) {
            true => changed != &Changed::default(),
            false => create_only.into_iter().any(|property| changed.has_named(property)),
        }
    }

    /// The values of its `Ref` and `Fn::GetAtt` references, once AWS has assigned `ids`.
    #[must_use]
    pub fn known(&self, logical_id: &str, place: &Place, ids: &Ids) -> Vec<(Reference, Value)> {
        let own = self.attributes(place).into_iter().map(|(name, value)| (name.to_owned(), Value::String(value)));
        let assigned = ids.iter().map(|(name, value)| (name.clone(), value.clone()));
        own.chain(assigned).map(|(name, value)| (Reference::new(logical_id, &name), value)).collect()
    }
}

impl Call {
    /// The same call with every known reference filled in.
    #[must_use]
    pub fn fill(&self, known: &Known) -> Self {
        fill(self, known)
    }

    /// The name of the AWS operation.
    #[must_use]
    pub fn operation(&self) -> String {
        // Serialised as {"Role": {"CreateRole": …}}: the variants have the operations' own names.
        let value = serde_json::to_value(self).unwrap_or_default();
        let inner = value.as_object().and_then(|kind| kind.values().next()).and_then(Value::as_object);
        inner.and_then(|call| call.keys().next().cloned()).unwrap_or_default()
    }
}

fn parse<K: Kind>(properties: Map<String, Value>) -> Result<K, PropertyFault> {
    if let Some((property, reason)) = K::REFUSED.iter().find(|(property, _)| properties.contains_key(property.name())) {
        return Err(PropertyFault { property: property.name().to_owned(), reason: (*reason).to_owned() });
    }
    let template: Result<K::Template, _> = serde_path_to_error::deserialize(scalar::Typed(Value::Object(properties)));
    template.map(Into::into).map_err(|error| {
        let path = error.path().to_string();
        let property = if path == "." { String::new() } else { path };
        PropertyFault { property, reason: in_words(&shown(&error.into_inner().to_string())) }
    })
}

fn fill<T: Serialize + DeserializeOwned + Clone>(value: &T, known: &Known) -> T {
    let Ok(json) = serde_json::to_value(value) else { return value.clone() };
    // A value that cannot be read back as it was written is a fault of its type: nothing would ever be filled in.
    debug_assert!(serde_json::from_value::<T>(json.clone()).is_ok(), "this cannot be read back: {json}");
    // A list where the type requires text cannot be read back: then only text values are filled in.
    let filled =
        [known.fill(&json), known.fill_texts(&json)].into_iter().find_map(|json| serde_json::from_value(json).ok());
    filled.unwrap_or_else(|| value.clone())
}

fn wrap<C>(stages: Stages<C>, into: fn(C) -> Call) -> Stages<Call> {
    stages.into_iter().map(|stage| stage.into_iter().map(into).collect()).collect()
}
