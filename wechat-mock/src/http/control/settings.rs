//! Control calls about the rules in force, each by its name.

use serde_json::{Map, Value, json};

use super::asked::{Asked, Problem, Told};
use crate::settings::Settings;

pub(super) fn get(asked: &Asked) -> Told {
    Ok(json!(*asked.account.settings()))
}

/// Changes the rules that are named, all or none.
pub(super) fn change(asked: &Asked) -> Told {
    let wanted: Map<String, Value> = asked.body()?;
    let account = &asked.account;
    let mut problem = None;
    account.configure(|settings| match changed(settings, &wanted) {
        Ok(new) => *settings = new,
        Err(error) => problem = Some(error),
    });
    problem.map_or_else(|| get(asked), Err)
}

fn changed(settings: &Settings, wanted: &Map<String, Value>) -> Result<Settings, Problem> {
    let mut all = json!(settings);
    for (name, value) in wanted {
        let Some(place) = all.get_mut(name) else {
            return Err(Problem::field(name, "there is no such setting"));
        };
        *place = value.clone();
    }
    let settings: Settings = serde_path_to_error::deserialize(&all).map_err(|error| {
        let path = error.path().to_string();
        Problem::field(path, error.into_inner().to_string())
    })?;
    settings.check().map_err(|(field, message)| Problem::field(field, message))?;
    Ok(settings)
}
