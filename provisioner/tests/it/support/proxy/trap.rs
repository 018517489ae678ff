//! Where a call is held, so that its caller can be killed at just that moment.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A call that runs into it stays there until the trap is opened, and is never answered.
#[derive(Clone, Debug)]
pub(crate) struct Trap {
    sprung: Gate,
    opened: Gate,
}

impl Trap {
    pub(crate) fn new() -> Self {
        Self { sprung: Gate::shut(), opened: Gate::shut() }
    }

    /// Until a call is held.
    pub(crate) async fn sprung(&self) {
        self.sprung.passed().await;
    }

    /// Lets go of what is held: its connection is closed.
    pub(crate) fn open(&self) {
        self.opened.open();
    }

    pub(super) async fn hold(&self) {
        self.sprung.open();
        self.opened.passed().await;
    }
}

/// Shut until it is opened, then open for ever.
#[derive(Clone, Debug)]
struct Gate(Arc<Semaphore>);

impl Gate {
    fn shut() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    fn open(&self) {
        self.0.close();
    }

    async fn passed(&self) {
        // No permit is ever given: this ends when the semaphore is closed.
        let _closed = self.0.acquire().await;
    }
}
