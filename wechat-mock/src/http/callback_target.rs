//! A callback address as it is written down: in the control API, and in a configuration file.

use wechat_events::{CallbackToken, EncodingAesKey};

use super::push;
use crate::callbacks::{CallbackMode, CallbackTarget};

impl CallbackTarget {
    /// The target; otherwise the field that is wrong, and what is wrong with it. The values of token
    /// and key are secrets and stand in no message.
    pub(crate) fn read(
        url: &str,
        token: &str,
        key: Option<&str>,
        mode: Option<CallbackMode>,
        remote: bool,
    ) -> Result<Self, (&'static str, String)> {
        push::check_url(url, remote).map_err(|message| ("url", message))?;
        let token = CallbackToken::new(token)
            .map_err(|_| ("token", "3 to 32 letters and digits are expected".to_owned()))?;
        let key = key.map(EncodingAesKey::parse).transpose();
        let key =
            key.map_err(|_| ("encoding_aes_key", "43 letters and digits are expected".to_owned()))?;
        let default = if key.is_some() { CallbackMode::Safe } else { CallbackMode::Plain };
        match (mode.unwrap_or(default), key) {
            (CallbackMode::Plain, _) => Ok(Self::plain(url, token)),
            (CallbackMode::Safe, Some(key)) => Ok(Self::safe(url, token, key)),
            (CallbackMode::Compatible, Some(key)) => Ok(Self::compatible(url, token, key)),
            (CallbackMode::Safe | CallbackMode::Compatible, None) => {
                Err(("encoding_aes_key", "this mode needs it".to_owned()))
            }
        }
    }
}
