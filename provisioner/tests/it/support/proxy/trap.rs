//! Stops a call, so that its caller can be killed at exactly that moment.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A call that enters the trap stays there until the trap is opened, and is never answered.
#[derive(Clone, Debug)]
pub(crate) struct Trap {
    sprung: Gate,
    opened: Gate,
}

impl Trap {
    pub(crate) fn new() -> Self {
        Self { sprung: Gate::shut(), opened: Gate::shut() }
    }

    /// Waits until a call is in the trap.
    pub(crate) async fn sprung(&self) {
        self.sprung.passed().await;
    }

    /// Releases the call in the trap: its connection is closed.
    pub(crate) fn open(&self) {
        self.opened.open();
    }

    pub(super) async fn pause(&self) {
        self.sprung.open();
        self.opened.passed().await;
    }
}

/// Closed until it is opened, and then open forever.
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
        // The semaphore never has a permit: this ends when the semaphore is closed.
        let _closed = self.0.acquire().await;
    }
}
