//! Where somebody is held until somebody else says go.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Whoever waits for longer is let go: a test that failed must not hang.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A gate, closed at first. Its clones are the same gate.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Let everybody through, from here on.
    pub fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Wait until the gate is open.
    pub fn pass(&self) {
        let open = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.1.wait_timeout_while(open, LONGEST_WAIT, |open| !*open));
    }
}
