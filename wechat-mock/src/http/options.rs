//! What a listening server may do beyond this machine.

use std::fmt;

/// How a server listens. Default: control calls are taken from this machine only and need no
/// token, and callbacks go to this machine only.
#[derive(Clone, Default)]
pub struct ListenOptions {
    pub(crate) control_token: Option<String>,
    pub(crate) remote_control: bool,
    pub(crate) remote_callbacks: bool,
}

/// Without the token.
impl fmt::Debug for ListenOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenOptions")
            .field("control_token", &self.control_token.is_some())
            .field("remote_control", &self.remote_control)
            .field("remote_callbacks", &self.remote_callbacks)
            .finish()
    }
}

impl ListenOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Control calls must carry `Authorization: Bearer` and this.
    #[must_use]
    pub fn control_token(mut self, token: impl Into<String>) -> Self {
        self.control_token = Some(token.into());
        self
    }

    /// Control calls are taken from other machines too, under any name of this one. Whoever reaches
    /// the port can then change everything: set a [`control_token`](Self::control_token).
    #[must_use]
    pub fn remote_control(mut self) -> Self {
        self.remote_control = true;
        self
    }

    /// Whoever reaches the port can change everything: calls from other machines without a token.
    pub fn is_open(&self) -> bool {
        self.remote_control && self.control_token.is_none()
    }

    /// Callbacks are posted to other machines too.
    #[must_use]
    pub fn remote_callbacks(mut self) -> Self {
        self.remote_callbacks = true;
        self
    }
}
