//! The syntax of `Fn::Sub`: `${Name}`, `${Id.Attribute}` and `${!Literal}`.

/// A piece of a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Literal text, which is copied.
    Text(&'a str),
    /// The name between `${` and `}`.
    Variable(&'a str),
}

/// The pieces of a pattern, in order. `${!Name}` is the text `${Name}`; an unclosed `${` is text.
pub(super) fn parts(pattern: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let (before, inside, after) = (&rest[..start], &rest[start + 2..start + length], &rest[start + length + 1..]);
        parts.push(Part::Text(before));
        if let Some(literal) = inside.strip_prefix('!') {
            parts.push(Part::Text("${"));
            parts.push(Part::Text(literal));
            parts.push(Part::Text("}"));
        } else {
            parts.push(Part::Variable(inside.trim()));
        }
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts.retain(|part| *part != Part::Text(""));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_split_into_text_and_variables() {
        let expected = [Part::Text("a-"), Part::Variable("X.Arn"), Part::Text("/"), Part::Variable("Y")];
        assert_eq!(parts("a-${X.Arn}/${Y}"), expected);
    }

    #[test]
    fn an_escaped_variable_and_an_open_brace_are_text() {
        let joined: String = parts("${!Keep} ${open")
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Variable(name) => panic!("{name} is no variable"),
            })
            .collect();
        assert_eq!(joined, "${Keep} ${open");
    }
}
