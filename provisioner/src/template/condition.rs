//! Conditions: they decide whether a resource exists, and which branch `Fn::If` takes.

use serde_json::Value;

use super::evaluate::Scope;
use super::fault::{Evaluated, Fault, below, fault};
use super::functions::{pair, plain_text, text};
use super::reason::Reason;

/// The longest chain of conditions that refer to each other; a longer one is a mistake, and would exhaust the stack.
const DEEPEST_CONDITION: usize = 100;

impl Scope<'_> {
    /// Whether a condition of the template is true.
    ///
    /// # Errors
    /// When it does not exist, refers to itself, or compares a value that only AWS knows.
    pub(super) fn condition(&self, name: &str) -> Evaluated<bool> {
        let Some(condition) = self.conditions.get(name) else {
            let text = format!("there is no condition `{name}`");
            return fault(Reason::undeclared(text, name, self.conditions.keys()));
        };
        if let Some(known) = self.evaluated_conditions.borrow().get(name) {
            return Ok(*known);
        }
        let open = self.conditions_in_progress.borrow().clone();
        if let Some(start) = open.iter().position(|open| open == name) {
            return fault(format!("circular dependency between conditions: {} → {name}", open[start..].join(" → ")));
        }
        if open.len() == DEEPEST_CONDITION {
            return fault(format!("a chain of more than {DEEPEST_CONDITION} conditions"));
        }
        self.conditions_in_progress.borrow_mut().push(name.to_owned());
        let result = self.boolean(condition);
        self.conditions_in_progress.borrow_mut().pop();
        let is_true = result.map_err(|fault| match fault.condition {
            Some(_) => fault,
            None => Fault { condition: Some(name.to_owned()), ..fault },
        })?;
        self.evaluated_conditions.borrow_mut().insert(name.to_owned(), is_true);
        Ok(is_true)
    }

    fn boolean(&self, value: &Value) -> Evaluated<bool> {
        let Value::Object(object) = value else {
            return fault("a condition must be a function");
        };
        let Some((name, argument)) = object.iter().next().filter(|_| object.len() == 1) else {
            return fault("a condition must be one function");
        };
        let many = |least: usize| match argument.as_array().filter(|list| (least..=10).contains(&list.len())) {
            Some(list) => list.iter().map(|item| self.boolean(item)).collect::<Evaluated<Vec<_>>>(),
            None => fault(format!("it takes a list of {least} to 10 conditions")),
        };
        let result = match name.as_str() {
            "Condition" => self.condition(text(argument)?),
            "Fn::Equals" => self.equals(argument),
            "Fn::And" => many(2).map(|all| all.into_iter().all(|one| one)),
            "Fn::Or" => many(2).map(|all| all.into_iter().any(|one| one)),
            "Fn::Not" => match argument.as_array().map(Vec::as_slice) {
                Some([one]) => self.boolean(one).map(|one| !one),
                _ => fault("it takes a list of one condition"),
            },
            other => fault(format!("`{other}` does not return a condition")),
        };
        below(name, result)
    }

    fn equals(&self, argument: &Value) -> Evaluated<bool> {
        let [left, right] = pair(argument, "two values")?;
        let (left, right) = (self.resolved_now(left, "it compares")?, self.resolved_now(right, "it compares")?);
        match (plain_text(&left), plain_text(&right)) {
            (Ok(left), Ok(right)) => Ok(left == right),
            _ => Ok(left == right),
        }
    }
}
