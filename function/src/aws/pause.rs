//! The pause before a retry.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};

/// Pauses with the sleep implementation of the SDK configuration.
#[derive(Debug, Clone)]
pub struct Pause(Option<SharedAsyncSleep>);

impl Pause {
    /// Pauses with the sleep implementation of `sdk`. Without one, [`Self::up_to`] returns immediately.
    pub fn of(sdk: &SdkConfig) -> Self {
        Self(sdk.sleep_impl())
    }

    /// Waits between a third of `longest` and `longest`, so that environments that failed together do not retry
    /// together.
    pub async fn up_to(&self, longest: Duration) {
        // The standard library seeds its hashers randomly.
        let part = RandomState::new().hash_one(()) % 1000;
        let pause = longest / 3 + (longest - longest / 3) * u32::try_from(part).unwrap_or(0) / 1000;
        if let Some(sleep) = &self.0 {
            sleep.sleep(pause).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::rt::sleep::TokioSleep;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_takes_a_third_of_the_longest_at_least() {
        let (pause, longest) = (Pause(Some(SharedAsyncSleep::new(TokioSleep::new()))), Duration::from_millis(600));
        for _ in 0..20 {
            let started = Instant::now();
            pause.up_to(longest).await;
            // Tokio's clock counts whole milliseconds.
            assert!((longest / 3..=longest + Duration::from_millis(1)).contains(&started.elapsed()));
        }
    }
}
