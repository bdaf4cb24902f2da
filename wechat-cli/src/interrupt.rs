//! Ctrl+C or SIGTERM while something runs, and the end of what runs until it is asked to end.

/// Runs to the end, or until the program is interrupted: `None` then.
///
/// Somebody listens before the work begins: who has read its first line can interrupt it.
pub(crate) async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Option<T> {
    // What could not be interrupted is not begun.
    let mut ending = Ending::new().ok()?;
    tokio::select! {
        biased;
        ended = work => Some(ended),
        () = ending.asked() => None,
    }
}

/// What asks a server to end: Ctrl+C, and SIGTERM where there is one. Heard from the making of this on.
#[cfg(unix)]
pub(crate) struct Ending {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Ending {
    pub(crate) fn new() -> Result<Self, String> {
        use tokio::signal::unix::{SignalKind, signal};

        let listen = |kind| signal(kind).map_err(|e| format!("signals cannot be heard: {e}"));
        let interrupt = listen(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: listen(SignalKind::terminate())? })
    }

    pub(crate) async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What asks a server to end: Ctrl+C. Heard from the making of this on.
#[cfg(not(unix))]
pub(crate) struct Ending(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
impl Ending {
    pub(crate) fn new() -> Result<Self, String> {
        let listen = tokio::signal::windows::ctrl_c();
        listen.map(Self).map_err(|e| format!("signals cannot be heard: {e}"))
    }

    pub(crate) async fn asked(&mut self) {
        self.0.recv().await;
    }
}
