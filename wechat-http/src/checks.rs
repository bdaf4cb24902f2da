//! What to do about a request that breaks a documented limit: refuse it, or warn and send it.

use wechat_types::codec::EncodeError;

/// What a client does about a request that breaks a documented limit.
///
/// The platform changes its limits, and its documents contradict each other: where it takes more
/// than they say, let the client warn until a new version knows better.
///
/// Never switched off, whatever this says:
/// - the audience: fewer than two [`Recipients`](wechat_types::mass::Recipients), a list of people
///   with nobody in it, everyone without the word for it;
/// - the key: a [`ClientMsgId`](wechat_types::id::ClientMsgId) of more than 32 bytes, for a key that
///   the platform does not take protects nothing;
/// - ids that no id can look like, and deleting an empty address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Checks {
    /// It is an [`Error::Encode`](crate::Error::Encode) with the code the platform would answer;
    /// nothing is sent.
    #[default]
    Refuse,
    /// It is sent. A warning in the log says which limit it breaks, and the platform's own answer
    /// decides.
    Warn,
}

impl Checks {
    /// Lets a request through, or not.
    pub(crate) fn hold(
        self,
        path: &'static str,
        checked: Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        match (self, checked) {
            (Self::Warn, Err(problem)) => {
                tracing::warn!(path, %problem, "a documented limit is broken; sent all the same");
                Ok(())
            }
            (_, checked) => checked,
        }
    }
}
