//! Decides whether cdk-from-cfn's output has exactly the meaning of a property, and converts the property to the form
//! that cdk-from-cfn accepts.

use cdk_from_cfn::cdk::{Primitive, PropertyBag, Schema, TypeReference};
use serde_json::{Map, Number, Value, json};

use super::Language;

/// How a property gets into the app.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fit {
    /// cdk-from-cfn writes it, in this form.
    Written(Value),
    /// The app overrides it on the finished resource.
    Override,
    /// It cannot be in an app, for this reason.
    Impossible(String),
}

/// How the property `name` of a resource of the type `kind` gets into an app.
pub(super) fn property(kind: &str, name: &str, value: &Value, language: Language) -> Fit {
    let Some(known) = Schema::builtin().resource_type(kind) else {
        return Fit::Impossible(format!("cdk-from-cfn does not know the type `{kind}`"));
    };
    let Some(property) = known.property(name) else { return Fit::Override };
    match typed(&property.value_type, value, language) {
        Some(value) => Fit::Written(value),
        None if property.required => {
            Fit::Impossible("CDK requires this property, and cdk-from-cfn cannot write its value exactly".to_owned())
        }
        None => Fit::Override,
    }
}

/// A value without a particular type, such as that of an output.
pub(super) fn free(value: &Value, language: Language) -> Option<Value> {
    typed(&TypeReference::Primitive(Primitive::Json), value, language)
}

fn typed(expected: &TypeReference, value: &Value, language: Language) -> Option<Value> {
    if let Some(function) = function(value) {
        // A token is text in every language; CDK would refuse the text where it expects another type.
        let text =
            matches!(expected, TypeReference::Primitive(Primitive::String | Primitive::Json | Primitive::Unknown));
        return if text { kept_function(function, language) } else { None };
    }
    match (expected, value) {
        (TypeReference::List(item), Value::Array(items)) if !items.is_empty() => {
            items.iter().map(|one| typed(item, one, language)).collect()
        }
        (TypeReference::Map(item), Value::Object(entries)) => object(entries, |_, one| typed(item, one, language)),
        (TypeReference::Named(name), Value::Object(entries)) => {
            let known = Schema::builtin().type_named(name)?;
            object(entries, |key, one| typed(&known.property(key)?.value_type, one, language))
        }
        (TypeReference::Primitive(primitive), _) => scalar(*primitive, value, language),
        (TypeReference::List(_) | TypeReference::Map(_) | TypeReference::Named(_) | TypeReference::Union(_), _) => None,
    }
}

fn scalar(expected: Primitive, value: &Value, language: Language) -> Option<Value> {
    match (expected, value) {
        (Primitive::Json, Value::Object(entries)) => object(entries, |_, one| free(one, language)),
        (Primitive::Json, Value::Array(items)) if !items.is_empty() => {
            items.iter().map(|one| free(one, language)).collect()
        }
        (Primitive::Json, Value::Bool(_) | Value::Number(_)) => Some(value.clone()),
        (Primitive::Number, Value::Number(_)) | (Primitive::Boolean, Value::Bool(_)) => Some(value.clone()),
        (Primitive::Number, Value::String(text)) => number(text).map(Value::Number),
        (Primitive::Boolean, Value::String(text)) => text.parse().ok().map(Value::Bool),
        (Primitive::String, Value::Number(number)) => Some(json!(number.to_string())),
        (Primitive::String, Value::Bool(flag)) => Some(json!(flag.to_string())),
        (Primitive::String | Primitive::Json, Value::String(text)) => written(text, language).map(Value::String),
        _ => None,
    }
}

fn number(text: &str) -> Option<Number> {
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => text.parse().ok().and_then(Number::from_f64),
    }
}

/// An object whose keys can be written; cdk-from-cfn quotes them without a check of their characters.
fn object(entries: &Map<String, Value>, each: impl Fn(&str, &Value) -> Option<Value>) -> Option<Value> {
    let plain = |key: &str| {
        !key.is_empty() && key.chars().all(|c| c.is_ascii() && !c.is_ascii_control() && !"'\"\\".contains(c))
    };
    let kept = entries.iter().map(|(key, value)| Some((key.clone(), each(key, value).filter(|_| plain(key))?)));
    kept.collect::<Option<Map<_, _>>>().map(Value::Object)
}

/// The form in which cdk-from-cfn writes a text correctly, if there is one.
fn written(text: &str, language: Language) -> Option<String> {
    // cdk-from-cfn quotes for Rust: `\u{200b}` is correct in TypeScript, but not in Python.
    let is_exact = !text.escape_debug().to_string().contains("\\u{") && !text.contains('\0');
    (is_exact || language == Language::Typescript).then(|| text.to_owned())
}

fn function(value: &Value) -> Option<(&str, &Value)> {
    let (name, argument) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name, argument))
}

fn kept_function((name, argument): (&str, &Value), language: Language) -> Option<Value> {
    match name {
        "Ref" | "Fn::GetAtt" => Some(json!({ name: argument })),
        // cdk-from-cfn copies the text into a template string unchanged, which is correct only for harmless characters.
        "Fn::Sub" => {
            let harmless = |c: char| c.is_ascii_alphanumeric() || " !#%&()*+,-./:;<=>?@[]^_{}$|~".contains(c);
            let text = argument.as_str()?;
            let braces = text.matches('{').count() == text.matches("${").count();
            (braces && text.chars().all(harmless)).then(|| json!({ name: argument }))
        }
        "Fn::Join" => {
            let parts = argument.as_array()?.get(1)?.as_array()?.iter();
            let parts: Option<Vec<_>> = parts.map(|part| free(part, language)).collect();
            Some(json!({ name: [argument.as_array()?.first()?, parts?] }))
        }
        // `Fn::Select` from a list in the template is already evaluated; what remains takes apart a text that only AWS
        // knows.
        "Fn::Select" => {
            let [index, list] = argument.as_array()?.as_slice() else { return None };
            let list = function(list).filter(|(name, _)| *name == "Fn::Split")?;
            let list = kept_function(list, language)?;
            index.is_u64().then(|| json!({ name: [index, list] }))
        }
        "Fn::Split" => {
            let [separator, source] = argument.as_array()?.as_slice() else { return None };
            let source = kept_function(function(source)?, language)?;
            let separator = written(separator.as_str()?, language)?;
            Some(json!({ name: [separator, source] }))
        }
        "Fn::Base64" => Some(json!({ name: kept_function(function(argument)?, language)? })),
        _ => None,
    }
}
