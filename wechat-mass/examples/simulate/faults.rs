//! What befalls one request: every kind of fault that the mock has.

use std::time::Duration;

use wechat_mock::MockServer;

use crate::dice::Dice;
use crate::world::is_send;

/// Codes that tell nothing: the platform may have acted.
const UNKNOWN: &[i64] = &[-1, 268_488_001, 9_500_001, 9_500_002, 45066, 99_999, 89_504];
/// Codes by which a send is refused. 45065 without a job means that it was accepted.
const REFUSED: &[i64] = &[40001, 40003, 40007, 42010, 45009, 45011, 45028, 45065, 48001, 48004];
/// The same for all other calls.
const BAD: &[i64] = &[-1, 40001, 40007, 40059, 45009, 45011, 48001];

/// Disturbs the next request of this path; says how.
pub(crate) fn disturb(mock: &MockServer, path: &str, dice: &mut Dice) -> String {
    let rule = mock.on(path);
    let code = |list: &[i64], dice: &mut Dice| dice.pick(list).unwrap_or(-1);
    match dice.below(if is_send(path) { 13 } else { 11 }) {
        0 => {
            rule.refused();
            "no connection".to_owned()
        }
        1 => {
            rule.reset();
            "broken before it took effect".to_owned()
        }
        2 | 11 => {
            rule.answer_lost();
            "took effect, and the answer is lost".to_owned()
        }
        3 => {
            let status = dice.pick(&[200, 403, 500, 502, 504]).unwrap_or(500);
            rule.status(status);
            format!("HTTP {status} from a gateway")
        }
        4 => {
            let status = dice.pick(&[200, 500, 502, 504]).unwrap_or(500);
            rule.status_after_effect(status);
            format!("took effect, and HTTP {status}")
        }
        5 => {
            rule.garbled();
            "took effect, and the answer is garbled".to_owned()
        }
        6 => {
            let bytes = usize::try_from(dice.below(60)).unwrap_or_default();
            rule.cut(bytes);
            format!("took effect, and {bytes} bytes of the answer arrive")
        }
        7 => {
            let by = dice.time(Duration::from_secs(1), Duration::from_secs(100));
            rule.delayed(by);
            format!("took effect, and the answer comes after {} s", by.as_secs())
        }
        8 => {
            let code = code(if is_send(path) { REFUSED } else { BAD }, dice);
            rule.errcode(code);
            format!("refused with {code}")
        }
        9 => {
            let code = code(UNKNOWN, dice);
            rule.errcode(code);
            format!("{code} without effect")
        }
        _ => {
            let code = code(UNKNOWN, dice);
            rule.errcode_after_effect(code);
            format!("took effect, and {code}")
        }
    }
}
