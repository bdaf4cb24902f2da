//! What a setting must not be, whoever sets it by its name.

use serde_json::json;

use super::Settings;
use crate::routes;

impl Settings {
    /// The field that is wrong, and why: a path that no limit is known of, and 0 as a code, which
    /// would say that a refused call was accepted.
    pub(crate) fn check(&self) -> Result<(), (String, String)> {
        if let Some(path) = self.calls_per_day.keys().find(|path| !routes::is_limit_free(path)) {
            let message = format!("no call {path:?} has a limit that is no setting of its own");
            return Err(("calls_per_day".to_owned(), message));
        }
        let all = json!(self);
        let zero = all
            .as_object()
            .into_iter()
            .flatten()
            .find(|(name, value)| name.ends_with("_code") && value.as_i64() == Some(0));
        match zero {
            Some((name, _)) => Err((name.clone(), "0 is no error".to_owned())),
            None => Ok(()),
        }
    }
}
