//! Control calls about disturbances.

use serde_json::{Value, json};

use super::asked::{Asked, Problem, Told};
use crate::fault::{FaultSpec, Rule};

fn shown(rule: &Rule) -> Value {
    let mut value = json!(FaultSpec::of(rule));
    if let Value::Object(fields) = &mut value {
        fields.insert("id".to_owned(), json!(rule.id));
    }
    value
}

pub(super) fn faults(asked: &Asked) -> Told {
    let faults: Vec<Value> = asked.account.faults().all().iter().map(shown).collect();
    Ok(json!({"faults": faults}))
}

pub(super) fn add_fault(asked: &Asked) -> Told {
    let spec: FaultSpec = asked.body()?;
    let rule = spec.into_rule().map_err(|(field, message)| Problem::field(field, message))?;
    let id = asked.account.faults().add(rule);
    Ok(json!({"id": id}))
}

pub(super) fn remove_fault(asked: &Asked) -> Told {
    let id = asked.last.parse().ok();
    if id.is_some_and(|id| asked.account.faults().remove(id)) {
        return Ok(json!({}));
    }
    Err(Problem::unknown("id", format!("no rule in force has the number {:?}", asked.last)))
}

pub(super) fn clear_faults(asked: &Asked) -> Told {
    asked.account.clear_faults();
    Ok(json!({}))
}
