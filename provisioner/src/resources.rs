//! The resource kinds: one file for each kind, with its typed properties, its comparison and the calls that change it.
//!
//! A new kind is a file here, its calls in its service's file in `aws/`, and one word in `kinds!` below:
//! `docs/adding-a-resource-kind.md`.

pub mod alias;
pub mod api;
mod attribute;
mod awaited;
pub mod check;
mod code;
mod cors;
mod delivery_status;
mod difference;
mod effect;
#[cfg(test)]
mod filling;
pub mod former_target;
pub mod function;
mod ids;
mod import;
pub mod inline_policy;
pub mod integration;
pub(crate) mod json_policy;
mod kind;
pub mod log_group;
mod name;
pub mod named;
pub mod other;
mod ownership;
pub mod permission;
mod policy;
pub(crate) mod property;
mod resource;
pub mod role;
pub mod route;
mod scalar;
pub mod served;
pub mod stage;
pub mod subscription;
#[cfg(test)]
mod support;
pub mod table;
mod tags;
pub mod topic;
pub mod url;
pub mod version;
pub mod watch;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use awaited::Awaited;
pub use cors::Cors;
pub use difference::Change;
pub use effect::{Again, Effect, Left};
pub use import::Import;
pub(crate) use import::snake_case;
pub use kind::{Batches, Changed, Ids};
pub(crate) use kind::{HasTemplate, Kind};
pub use ownership::{Arn, Orphans, Ownership, Removal};
pub use policy::{Policy, Principal, deleted_principals};
pub use property::Property;
pub(crate) use property::property;
pub use tags::{
    CLOUDFORMATION_TAG, DESCRIPTION, KIND_TAG, Owner, OwnershipTag, REGION_TAG, RESOURCE_TAG, STACK_TAG, TAGS, Tags,
};

use crate::template::{Known, Reason, in_words, may_contain_term, shown};

/// A property that its kind does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyFault {
    /// The path of the property, dotted.
    pub property: String,
    /// The fault, and what is supported.
    pub reason: Reason,
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

        /// A constant of the kind of a resource: `constant!(wanted, OWNERSHIP)`.
        macro_rules! constant {
            ($dollar resource:expr, $dollar constant:ident) => {
                match $dollar resource {
                    $($crate::resources::Resource::$name(_) => $crate::resources::$module::$name::$dollar constant),+
                }
            };
        }
        use constant;

        /// The kinds whose orphans are found by name, with a resource that has only a name.
        #[cfg(test)]
        fn found_by_name() -> Vec<(&'static str, Option<Resource>)> {
            let mut all = Vec::new();
            $(if let Orphans::ByName(_) = $module::$name::ORPHANS {
                all.push(($module::$name::TYPE, $module::$name::with_name_only("name").map(Resource::$name)));
            })+
            all
        }

        /// The attributes of a typed kind for `Fn::GetAtt`, the properties that cannot be changed in place, and all
        /// properties.
        #[cfg(test)]
        fn facts(kind: &str) -> (&'static [&'static str], &'static [Property], Vec<support::Supported>) {
            match kind {
                $($module::$name::TYPE => (
                    $module::$name::ATTRIBUTES,
                    $module::$name::CREATE_ONLY,
                    support::supported::<<$module::$name as HasTemplate>::Template>(),
                ),)+
                _ => (&[], &[], Vec::new()),
            }
        }

        impl Resource {
            /// The resource with a template's properties, typed if its kind has a type here; `None` if the name cannot
            /// be that of a kind.
            ///
            /// # Errors
            /// The first property that is unknown or has the wrong type.
            pub fn parse(kind: &str, properties: Map<String, Value>) -> Result<Option<Self>, PropertyFault> {
                if kind == ANY_OTHER {
                    return Ok(None);
                }
                match kind {
                    $($module::$name::TYPE if has_its_properties_only::<$module::$name>(&properties) => {
                        parse(properties).map(Self::$name).map(Some)
                    })+
                    _ => Ok(other::Other::new(kind, properties).map(Self::Other)),
                }
            }

            /// The kind's name in a template.
            pub fn kind(&self) -> &str {
                match self { $(Self::$name(one) => one.type_name()),+ }
            }

            /// The resources that this ARN names, with only the properties that are needed to find them; `None` if no
            /// typed kind has such an ARN. The resources of some kinds are found in a list instead.
            pub fn of_arn(arn: &str) -> Option<Vec<Self>> {
                $(match $module::$name::ORPHANS {
                    Orphans::ByName(arns) => {
                        if let Some(name) = arns.name_in(arn) {
                            return Some($module::$name::with_name_only(name).map(Self::$name).into_iter().collect());
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
            pub fn with_name_only(kind: &str, name: &str) -> Option<Self> {
                match kind {
                    $($module::$name::TYPE => $module::$name::with_name_only(name).map(Self::$name),)+
                    _ => None,
                }
            }

            /// Whether it and another are the same resource on AWS.
            pub fn is_same(&self, ids: &Ids, other: &Self, other_ids: &Ids) -> bool {
                match (self, other) {
                    $((Self::$name(one), Self::$name(other)) => one.is_same(ids, other, other_ids),)+
                    _ => false,
                }
            }

            /// Whether it and another resource of the template are one resource on AWS.
            pub fn collides_with(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$name(one), Self::$name(other)) => one.collides_with(other),)+
                    _ => false,
                }
            }

            fn comparable_with(&self, wanted: &Self) -> Value {
                match (self, wanted) {
                    $((Self::$name(now), Self::$name(wanted)) => now.comparable_with(wanted),)+
                    _ => self.comparable(),
                }
            }

            /// The calls that delete it after its replacement was created, whose id is `successor`.
            pub fn delete_replaced(&self, ids: &Ids, successor: &str) -> Batches<Call> {
                match self { $(Self::$name(one) => wrap(one.delete_replaced(ids, successor), Call::$name)),+ }
            }

            /// Why it must not adopt `now`, an untagged resource.
            pub fn adoption_error(&self, now: &Self) -> Option<String> {
                match (self, now) {
                    $((Self::$name(wanted), Self::$name(now)) => wanted.adoption_error(now),)+
                    _ => None,
                }
            }

            /// The calls that create it.
            pub fn create(&self) -> Batches<Call> {
                match self { $(Self::$name(one) => wrap(one.create(), Call::$name)),+ }
            }

            /// The calls that change `now` to its properties.
            pub fn update(&self, now: &Self, ids: &Ids, changed: &Changed) -> Batches<Call> {
                match (self, now) {
                    $((Self::$name(wanted), Self::$name(now)) => wrap(wanted.update(now, ids, changed), Call::$name),)+
                    _ => Vec::new(),
                }
            }

            /// The calls that delete it.
            pub fn delete(&self, ids: &Ids) -> Batches<Call> {
                match self { $(Self::$name(one) => wrap(one.delete(ids), Call::$name)),+ }
            }

            /// The same resource with every known reference filled in.
            pub fn fill(&self, known: &Known) -> Self {
                match self { $(Self::$name(one) => Self::$name(fill(one, known))),+ }
            }
        }

        impl Call {
            /// The effect of the call.
            pub fn effect(&self) -> Effect<Resource> {
                match self { $(Self::$name(call) => $module::$name::effect(call).map(Resource::$name)),+ }
            }

            /// Whether the call only reads, such as a smoke test.
            pub fn changes_nothing(&self) -> bool {
                match self { $(Self::$name(call) => $module::$name::only_reads(call)),+ }
            }

            /// The content that the file of a plan contains as a digest.
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
    topic::Topic,
    subscription::Subscription,
    other::Other,
}

impl Call {
    /// The same call with every known reference filled in.
    pub fn fill(&self, known: &Known) -> Self {
        fill(self, known)
    }

    /// The name of the AWS operation.
    pub fn operation(&self) -> String {
        // Serialised as {"Role": {"CreateRole": …}}: the variants have the operations' own names.
        let value = serde_json::to_value(self).unwrap_or_default();
        let inner = value.as_object().and_then(|kind| kind.values().next()).and_then(Value::as_object);
        inner.and_then(|call| call.keys().next().cloned()).unwrap_or_default()
    }
}

fn has_its_properties_only<K: Kind>(properties: &Map<String, Value>) -> bool {
    !K::THROUGH_CLOUD_CONTROL.iter().any(|property| properties.contains_key(property.name()))
}

fn parse<K: Kind>(mut properties: Map<String, Value>) -> Result<K, PropertyFault> {
    // A parameter with an empty default gives the property no value.
    let is_refused = |name: &str| K::REFUSED.iter().any(|(property, _)| property.name() == name);
    properties.retain(|name, value| *value != "" || !is_refused(name));
    if let Some((property, reason)) = K::REFUSED.iter().find(|(property, _)| properties.contains_key(property.name())) {
        return Err(PropertyFault { property: property.name().to_owned(), reason: Reason::unsupported(*reason) });
    }
    let template: Result<K::Template, _> = serde_path_to_error::deserialize(scalar::Typed(Value::Object(properties)));
    template.map(K::from).map_err(|error| {
        let path = error.path().to_string();
        let property = if path == "." { String::new() } else { path };
        PropertyFault { property, reason: in_words(&shown(&error.into_inner().to_string())) }
    })
}

fn fill<T: Serialize + DeserializeOwned + Clone>(value: &T, known: &Known) -> T {
    if !serde_json::to_string(value).is_ok_and(|json| may_contain_term(&json)) {
        return value.clone();
    }
    let Ok(json) = serde_json::to_value(value) else { return value.clone() };
    let filled = known.fill(&json);
    if filled == json {
        return value.clone();
    }
    // A list where the type requires text cannot be read back: then only text values are filled in.
    let filled = serde_json::from_value(filled).or_else(|_| serde_json::from_value(known.fill_texts(&json)));
    filled.unwrap_or_else(|_| {
        // A value that cannot be read back as it was written is a fault of its type: nothing would ever be filled in.
        debug_assert!(serde_json::from_value::<T>(json.clone()).is_ok(), "this cannot be read back: {json}");
        value.clone()
    })
}

fn wrap<C>(batches: Batches<C>, into: fn(C) -> Call) -> Batches<Call> {
    batches.into_iter().map(|batch| batch.into_iter().map(into).collect()).collect()
}
