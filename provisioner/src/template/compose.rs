//! YAML text to nodes: aliases are replaced, and merge keys are merged as the AWS CLI merges them.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::Value;

use super::node::{Content, DEEPEST, Entry, Node, SyntaxError, refuse_duplicates};
use super::plain;
use super::texts::scalar_text;

/// How many values aliases may repeat. Without a limit, ten lines of aliases to aliases would exhaust the memory.
const MOST_REPEATED: usize = 100_000;

/// Reads YAML: one document, or an empty text, which is `null`.
///
/// # Errors
/// When it is not YAML, contains a key twice in one map, or has a key that is not a scalar.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    let mut composer = Composer { text, parser: Parser::new_from_str(text), anchors: HashMap::new(), repeated: 0 };
    let mut root = None;
    loop {
        match composer.next()? {
            (Event::StreamEnd, _) => return Ok(root.unwrap_or(Node { line: 1, content: Content::Scalar(Value::Null) })),
            (Event::DocumentStart(_), span) if root.is_some() => {
                return Err(SyntaxError::at(
                    span.start.line(),
                    "a second document begins here; a file contains one document",
                )
                .hint("remove the line `---`, or move the second document to another file"));
            }
            (Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd, _) => {}
            (event, span) => root = Some(composer.node(event, span, 0)?.node),
        }
    }
}

struct Composer<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Composed>,
    repeated: usize,
}

/// A node, with the number of values in it and the number of its levels.
#[derive(Clone)]
struct Composed {
    node: Node,
    values: usize,
    levels: usize,
}

impl<'t> Composer<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), SyntaxError> {
        match self.parser.next_event() {
            Some(event) => event.map_err(|error| syntax_error(self.text, &error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Composed, SyntaxError> {
        let line = span.start.line();
        let (anchor, tag, mut composed) = match event {
            Event::Alias(anchor) => return self.repeat(anchor, line, depth),
            Event::Scalar(text, style, anchor, tag) => {
                let text = text.into_owned();
                let is_plain = style == ScalarStyle::Plain;
                let content = if is_plain { Content::Plain(text) } else { Content::Scalar(text.into()) };
                (anchor, tag, Composed { node: Node { line, content }, values: 1, levels: 0 })
            }
            Event::SequenceStart(anchor, tag) => (anchor, tag, self.list(line, depth)?),
            Event::MappingStart(anchor, tag) => (anchor, tag, self.map(line, depth)?),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => return Err(SyntaxError::at(line, "a value is missing here")),
        };
        if let Some(tag) = tag {
            composed.node = tagged(&tag, composed.node)?;
        }
        if anchor > 0 {
            self.anchors.insert(anchor, composed.clone());
        }
        Ok(composed)
    }

    /// Returns a copy of the node that an alias refers to.
    fn repeat(&mut self, anchor: usize, line: usize, depth: usize) -> Result<Composed, SyntaxError> {
        let Some(composed) = self.anchors.get(&anchor) else {
            return Err(SyntaxError::at(line, "the alias refers to a value that contains the alias"));
        };
        self.repeated += composed.values;
        if self.repeated > MOST_REPEATED {
            return Err(SyntaxError::at(line, format!("aliases repeat more than {MOST_REPEATED} values")));
        }
        if depth + composed.levels > DEEPEST {
            return Err(SyntaxError::too_deep(line));
        }
        Ok(composed.clone())
    }

    fn list(&mut self, line: usize, depth: usize) -> Result<Composed, SyntaxError> {
        let mut items = Vec::new();
        let (mut values, mut levels) = (1, 0);
        loop {
            let (event, span) = self.below(depth)?;
            if event == Event::SequenceEnd {
                return Ok(Composed { node: Node { line, content: Content::List(items) }, values, levels });
            }
            let item = self.node(event, span, depth + 1)?;
            values += item.values;
            levels = levels.max(item.levels + 1);
            items.push(item.node);
        }
    }

    fn map(&mut self, line: usize, depth: usize) -> Result<Composed, SyntaxError> {
        let (mut own, mut merged) = (Vec::new(), Vec::new());
        let (mut values, mut levels) = (1, 0);
        loop {
            let (event, span) = self.below(depth)?;
            if event == Event::MappingEnd {
                break;
            }
            let key = self.node(event, span, depth + 1)?.node;
            let (event, span) = self.below(depth)?;
            let value = self.node(event, span, depth + 1)?;
            values += value.values;
            levels = levels.max(value.levels + 1);
            match key.content {
                Content::Plain(text) if text == "<<" => merged.extend(merge(value.node)?),
                Content::Plain(text) => own.push(Entry { line: key.line, key: text, plain: true, value: value.node }),
                Content::Scalar(scalar @ (Value::String(_) | Value::Bool(_) | Value::Number(_))) => {
                    own.push(Entry { line: key.line, key: scalar_text(&scalar), plain: false, value: value.node });
                }
                Content::Scalar(_) | Content::Number(_) | Content::List(_) | Content::Map(_) | Content::Tagged(..) => {
                    return Err(SyntaxError::at(key.line, "a key must be text"));
                }
            }
        }
        refuse_duplicates(&own)?;
        let content = Content::Map(last_wins(merged.into_iter().chain(own)));
        Ok(Composed { node: Node { line, content }, values, levels })
    }

    /// The next event inside a map or list of this depth.
    fn below(&mut self, depth: usize) -> Result<(Event<'t>, Span), SyntaxError> {
        let (event, span) = self.next()?;
        if depth >= DEEPEST {
            return Err(SyntaxError::too_deep(span.start.line()));
        }
        Ok((event, span))
    }
}

/// The entries that `<<` merges: those of a map, or of a list of maps, of which the first takes precedence.
fn merge(value: Node) -> Result<Vec<Entry>, SyntaxError> {
    let line = value.line;
    let refused = || {
        SyntaxError::at(line, "`<<` takes a map or a list of maps")
            .hint("write the map itself, or an alias of one, such as `<<: *defaults`; a function has no value yet")
    };
    match value.content {
        Content::Map(entries) => Ok(entries),
        Content::List(items) => {
            let maps = items
                .into_iter()
                .rev()
                .map(|item| if let Content::Map(entries) = item.content { Ok(entries) } else { Err(refused()) });
            Ok(maps.collect::<Result<Vec<_>, _>>()?.concat())
        }
        Content::Scalar(_) | Content::Number(_) | Content::Plain(_) | Content::Tagged(..) => Err(refused()),
    }
}

/// Removes duplicate keys: each key keeps its first position and its last value.
fn last_wins(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Entry> = Vec::new();
    for entry in entries {
        match places.get(&entry.key) {
            Some(place) => kept[*place] = entry,
            None => {
                places.insert(entry.key.clone(), kept.len());
                kept.push(entry);
            }
        }
    }
    kept
}

/// Applies a tag to a node. `!!str` and similar tags set the type of a scalar, whatever it looks like.
fn tagged(tag: &Tag, node: Node) -> Result<Node, SyntaxError> {
    let line = node.line;
    if !tag.is_yaml_core_schema() {
        // The text after a function's tag is a string, as the AWS CLI reads it.
        let content = if let Content::Plain(text) = node.content { Content::Scalar(text.into()) } else { node.content };
        let name = format!("{}{}", tag.handle.strip_prefix('!').unwrap_or(&tag.handle), tag.suffix);
        return Ok(Node { line, content: Content::Tagged(name, Box::new(Node { line, content })) });
    }
    let content = match (tag.suffix.as_str(), node.content) {
        ("str", Content::Plain(text)) => Content::Scalar(Value::String(text)),
        (kind @ ("int" | "float" | "bool" | "null"), Content::Plain(text) | Content::Scalar(Value::String(text))) => {
            Content::Scalar(plain::tagged(kind, &text).map_err(|cause| SyntaxError::at(line, cause))?)
        }
        // yq writes every merge key in this form.
        ("merge", Content::Plain(text) | Content::Scalar(Value::String(text))) if text == "<<" => Content::Plain(text),
        ("str", content @ Content::Scalar(_))
        | ("seq", content @ Content::List(_))
        | ("map", content @ Content::Map(_)) => content,
        (name, _) => return Err(SyntaxError::at(line, format!("the YAML tag `!!{name}` is not supported here"))),
    };
    Ok(Node { line, content })
}

fn syntax_error(text: &str, error: &ScanError) -> SyntaxError {
    let marker = error.marker();
    if error.info().contains("recursion limit") {
        return SyntaxError::too_deep(marker.line());
    }
    let cause = format!("it is not valid YAML: {}, at column {}", error.info(), marker.col() + 1);
    let error = SyntaxError::at(marker.line(), cause);
    match short_forms(text, marker.line(), marker.col()) {
        Some((outer, inner)) => error.hint(format!(
            "write the outer function in its long form, on a line of its own: `{}: !{inner} …`; two short forms cannot \
             follow each other",
            if matches!(outer, "Ref" | "Condition") { outer.to_owned() } else { format!("Fn::{outer}") },
        )),
        None if is_half_a_pair(text, marker.line()) => SyntaxError::at(
            marker.line(),
            "an escape such as `\\ud83c` is half of a surrogate pair, which is not a character in YAML",
        )
        .hint("write the character itself, or its code point with eight digits, such as `\\U0001F3AC` for `\\ud83c\\udfac`"),
        None => error.hint(
            "correct the line, or the one before it: indent with spaces, close quotes and brackets, and write text with \
             `: ` or ` #`, or that begins with a special character, in quotes",
        ),
    }
}

/// Whether a line has the escape of a surrogate: JSON writes other characters in pairs of them.
fn is_half_a_pair(text: &str, line: usize) -> bool {
    let row = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let is_surrogate = |hex: &str| u32::from_str_radix(hex, 16).is_ok_and(|unit| (0xd800..0xe000).contains(&unit));
    row.split("\\u").skip(1).any(|after| after.get(..4).is_some_and(is_surrogate))
}

/// The functions of two short forms, `!Outer !Inner`, where the second one is at this place.
fn short_forms(text: &str, line: usize, column: usize) -> Option<(&str, &str)> {
    let rows = text.split_inclusive('\n');
    let at: usize = rows.clone().take(line.checked_sub(1)?).map(str::len).sum();
    let row = rows.clone().nth(line - 1)?;
    let at = at + row.char_indices().nth(column)?.0;
    let inner = text.get(at..)?.split_whitespace().next()?.strip_prefix('!')?;
    let outer = text.get(..at)?.split_whitespace().next_back()?.strip_prefix('!')?;
    let is_function = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
    (is_function(outer) && is_function(inner)).then_some((outer, inner))
}
