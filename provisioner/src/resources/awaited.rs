//! What a resource waits for after its creation.

/// An action by hand that a resource waits for, such as the confirmation of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited {
    /// The state of the resource, after its name.
    pub state: &'static str,
    /// What to do so that it takes effect, as an imperative.
    pub to_use_it: &'static str,
    /// What to do so that AWS deletes it, as an imperative.
    pub to_remove_it: &'static str,
}
