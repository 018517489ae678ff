//! `docs/template-support.md`: the typed kinds and their properties, generated from the types.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, Expected, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::filling::least;
use super::{Property, Resource, facts, typed_kinds};

const HEAD: &str = "\
# What a template may hold

Generated from the code: `UPDATE_DOCS=1 cargo test --workspace --lib template_support` writes it, and `make test` fails \
when it is stale.

These kinds have a type here: their defaults are compared, a property that is not listed is refused with its place in \
the template, and one marked `*` needs a new resource when it changes. Every other kind of AWS's registry goes through \
Cloud Control ([why, and what that means](decisions/0008-other-kinds-through-cloud-control.md)). `Type`, `Condition`, \
`DependsOn`, `DeletionPolicy` and `Metadata` stand beside the properties of any kind (of `Metadata`, `Provisioner` is \
read: [smoke tests](smoke-tests.md)); `Ref`, `Fn::GetAtt`, `Fn::Sub`, \
`Fn::Join`, `Fn::Select`, `Fn::Split`, `Fn::If`, `Fn::FindInMap` and `Fn::Base64` are evaluated, the conditions' \
functions in `Conditions`.

## How a template is read

Template, included files and parameter files are UTF-8, with or without a byte order mark, and YAML or JSON. JSON is \
read as JSON, as is every file whose name ends with `.json`. YAML is read as CloudFormation reads it, which is YAML 1.1, \
merge keys (`<<`) included: without quotes `yes` and `on` are `true`, `12:30` is 750, `1_000` is 1000, `012345` is 5349, \
`08` is 8 and `1e3` is 1000, as values and as keys. Dates such as `2012-10-17` are text. `plan` and `deploy` of both \
engines, `destroy` of the direct engine and `synth` (on stderr) have a note for each value that is not what is written, with \
its line and how to write the text. So both engines and what `synth` writes have the \
value that CloudFormation has from the same source; `synth` writes in quotes whatever YAML 1.1 could take for something \
else.

Scalars become the type that a property wants, both ways: `512`, `512.0` and `\"512\"` are one number, `2024` and `true` \
are text where text is wanted. A number without quotes has no notation: `1.10` becomes the text `1.1`, as in \
CloudFormation, and a note says so. Whole numbers beyond 64 bits keep their digits.

What CloudFormation refuses of any template is refused here with its line: nulls, names that are not letters and digits, \
names that are not given, one name for a parameter and a resource, mappings of another shape than two levels of keys, \
outputs and descriptions that are not text, one export name twice, a default outside of its `AllowedValues`, more \
than 200 parameters, mappings, outputs, or keys at a level of a mapping, and names and descriptions that are too long. The \
quota of 500 resources is not checked: it is an account's for stacks of CloudFormation, which names it itself. \
`AllowedPattern` is a Java regular expression that the whole value must match; a pattern that cannot be tried here is a note \
with the reason, of the same commands, and the value is taken. A parameter's value has 4,096 bytes at most. \
An output has a value: `AWS::NoValue` is refused there. An export's name is text that depends on no resource.

A dynamic reference (`{{resolve:ssm:…}}`, `ssm-secure`, `secretsmanager`) in a property is refused by the direct engine, \
also when a parameter brings it there: only CloudFormation resolves it. So is an output whose value \
is a function of one, such as `Fn::Base64`. Elsewhere it is text. `{{resolve:…}}` with another service in a property is \
written as that text, with a note.

A parameter's value is text, so a file for `--parameters` gives it as it is written: `1.10`, `0x1F`, `012` and `on` stay \
that, with and without quotes. A null is refused: write `''` for empty text. The file holds `Name: value` lines, or one \
of the forms of AWS's tools: `[{\"ParameterKey\": …, \"ParameterValue\": …}]` (`aws cloudformation create-stack`; \
`UsePreviousValue` is refused, since no earlier values are kept), `{\"Parameters\": {…}, \"Tags\": {…}}` (CodePipeline; its \
`Tags` and `StackPolicy` are named and not used, other keys are refused) or `[\"Name=value\"]` (`aws cloudformation deploy`).
";

/// A property of a template, and what it contains.
pub(super) struct Supported {
    name: &'static str,
    /// The names of its own properties, or the shape of its value; empty for a scalar or a list of these.
    content: String,
}

/// The properties of a type, as it asks for them when it is read.
pub(super) fn supported<T: DeserializeOwned>() -> Vec<Supported> {
    let requested = |property: Option<&'static str>| {
        let probe = Probe { property, requested: &RefCell::new(Requested::Value) };
        let is_read = T::deserialize(probe);
        assert!(is_read.is_err(), "there is nothing to read");
        probe.requested.take()
    };
    let content = |name| match requested(Some(name)) {
        Requested::Value => String::new(),
        Requested::Properties(names) => names.join(", "),
        Requested::Shape(shape) => shape,
    };
    let Requested::Properties(names) = requested(None) else { panic!("a kind has properties") };
    names.iter().map(|name| Supported { name, content: content(name) }).collect()
}

#[derive(Default)]
enum Requested {
    #[default]
    Value,
    Properties(&'static [&'static str]),
    Shape(String),
}

/// Records what a type asks for when it is read, itself or in one of its properties, and has no value.
#[derive(Clone, Copy)]
struct Probe<'p> {
    property: Option<&'static str>,
    requested: &'p RefCell<Requested>,
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    /// A type that accepts several shapes describes them.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let shape = (&visitor as &dyn Expected).to_string();
        if shape != "any valid JSON value" {
            self.requested.replace(Requested::Shape(shape));
        }
        Err(Error::custom("nothing"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(property) = self.property {
            let inside = Probe { property: None, ..self };
            return visitor.visit_map(MapDeserializer::new([(property, inside)].into_iter()));
        }
        self.requested.replace(Requested::Properties(fields));
        Err(Error::custom("nothing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new([self].into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new([("", self)].into_iter()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("nothing"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u32 u64 u128 f32 char str bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Probe<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn generated() -> String {
    let mut text = HEAD.to_owned();
    for kind in typed_kinds() {
        let (attributes, create_only, properties) = facts(kind);
        let _ = write!(text, "\n## {kind}\n\n");
        for Supported { name, content } in properties {
            let replaced = create_only.iter().any(|one| *one == Property::EVERY || one.name() == name);
            let content = if content.is_empty() { content } else { format!(": {content}") };
            let _ = writeln!(text, "- `{name}`{}{content}", if replaced { " *" } else { "" });
        }
        if !attributes.is_empty() {
            let _ = writeln!(text, "\n`Fn::GetAtt`: {}.", attributes.join(", "));
        }
    }
    text
}

#[test]
fn the_page_on_template_support_matches_the_types() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/template-support.md");
    let text = generated();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let published = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        published == text,
        "docs/template-support.md is stale: write it anew with \
         `UPDATE_DOCS=1 cargo test --workspace --lib template_support`"
    );
}

#[test]
fn a_template_cannot_give_the_planners_own_fields() {
    let mut refused = Vec::new();
    for kind in typed_kinds() {
        let (_, _, supported) = facts(kind);
        let least = least(kind, "a").as_object().unwrap().clone();
        let resource = Resource::parse(kind, least.clone()).unwrap().unwrap();
        let written = serde_json::to_value(resource).unwrap();
        let besides = written.as_object().unwrap().iter();
        for (name, value) in besides.filter(|(name, _)| supported.iter().all(|one| one.name != name.as_str())) {
            let mut properties = least.clone();
            // An empty text counts as absent.
            let value = if value == "" { "mine".into() } else { value.clone() };
            properties.insert(name.clone(), value);
            let fault = Resource::parse(kind, properties).unwrap_err();
            assert!(fault.reason.contains("not supported") && fault.property == *name, "{kind} {fault:?}");
            refused.push(name.clone());
        }
    }
    assert!(refused.contains(&"Checks".to_owned()) && refused.contains(&"Release".to_owned()), "{refused:?}");
}
