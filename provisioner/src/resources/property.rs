//! The names of properties, checked by the compiler.

/// The name of a property of a kind, such as `MemorySize`, or of an attribute that is compared like one.
///
/// `property!` creates it from a field, so a name that does not exist does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property(&'static str);

impl Property {
    /// Every property of a kind.
    pub const EVERY: Self = Self("*");

    /// The property with this name. Use `property!` for a field; other names belong in a constant in the file of their
    /// kind.
    pub const fn named(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name in a template.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// The [`Property`] of a field: `property!(Function.memory_size)` is `MemorySize`. A template must have the field.
macro_rules! property {
    ($kind:ident.$field:ident) => {{
        const _: fn(&<$kind as $crate::resources::HasTemplate>::Template) = |template| _ = &template.$field;
        const FIELD: &str = stringify!($field);
        const NAME: [u8; $crate::resources::property::pascal_length(FIELD)] =
            $crate::resources::property::pascal(FIELD);
        const TEXT: &str = match ::core::str::from_utf8(&NAME) {
            Ok(name) => name,
            Err(_) => FIELD,
        };
        const PROPERTY: $crate::resources::Property = $crate::resources::Property::named(TEXT);
        PROPERTY
    }};
}
pub(crate) use property;

/// The length of a field's name in `PascalCase`.
pub(crate) const fn pascal_length(field: &str) -> usize {
    let (bytes, mut at, mut length) = (field.as_bytes(), 0, 0);
    while at < bytes.len() {
        if bytes[at] != b'_' {
            length += 1;
        }
        at += 1;
    }
    length
}

/// A field's name in `PascalCase`, as serde's `rename_all` writes it.
pub(crate) const fn pascal<const N: usize>(field: &str) -> [u8; N] {
    let bytes = field.as_bytes();
    let (mut name, mut at, mut end, mut starts) = ([0; N], 0, 0, true);
    while at < bytes.len() {
        if bytes[at] == b'_' {
            starts = true;
        } else {
            name[end] = if starts { bytes[at].to_ascii_uppercase() } else { bytes[at] };
            end += 1;
            starts = false;
        }
        at += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use crate::resources::alias::Alias;
    use crate::resources::function::Function;
    use crate::resources::log_group::LogGroup;

    #[test]
    fn the_name_of_a_property_is_the_name_that_serde_writes() {
        let group = LogGroup { log_group_name: "g".to_owned(), retention_in_days: Some(1), tags: [].into() };
        let written = serde_json::to_value(&group).unwrap();
        let names: Vec<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
        let properties =
            [property!(LogGroup.log_group_name), property!(LogGroup.retention_in_days), property!(LogGroup.tags)];
        assert_eq!(properties.map(super::Property::name).as_slice(), names);
        assert_eq!(property!(Alias.function_version).name(), "FunctionVersion");
        assert_eq!(property!(Function.reserved_concurrent_executions).name(), "ReservedConcurrentExecutions");
    }
}
