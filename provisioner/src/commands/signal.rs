//! Requests to stop: Ctrl-C, and the signal that `kill`, CI systems and containers send.

/// The source of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopRequest {
    /// The user at the terminal.
    CtrlC,
    /// SIGTERM.
    Terminate,
}

impl StopRequest {
    /// The message while running calls are awaited.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::CtrlC => "stopping after the running calls; press Ctrl-C again to end at once",
            Self::Terminate => "SIGTERM: stopping after the running calls; a second signal ends the program at once",
        }
    }

    /// The exit code when it ends the program at once, by the shell's convention.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::CtrlC => 130,
            Self::Terminate => 143,
        }
    }
}

/// Waits until a stop is requested. After the first call, such a signal no longer ends the program by itself.
pub(crate) async fn stop_requested() -> StopRequest {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            return tokio::select! {
                Ok(()) = tokio::signal::ctrl_c() => StopRequest::CtrlC,
                Some(()) = terminated.recv() => StopRequest::Terminate,
                else => std::future::pending().await,
            };
        }
    }
    match tokio::signal::ctrl_c().await {
        Ok(()) => StopRequest::CtrlC,
        Err(_) => std::future::pending().await,
    }
}
