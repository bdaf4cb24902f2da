//! wxa_media_check: a picture or sound that was handed in for a check is checked.
//!
//! <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/sec-center/sec-check/mediaCheckAsync.html>

use crate::error::ParseError;
use crate::fields::Field;

/// The result of a check. The details of each strategy stay in the fields, under `detail`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MediaCheck {
    /// The check, as the call that asked for it answered.
    pub trace_id: String,
    /// The mini program.
    #[doc(alias = "appid")]
    pub app_id: Option<String>,
    /// `risky`, `pass` or `review`. The older form has none.
    pub suggest: Option<String>,
    /// What was found: 100 nothing, 10001 advertising, 20001 politics, and so on. The older form has
    /// none.
    pub label: Option<u64>,
    /// The older form's verdict.
    #[doc(alias = "isrisky")]
    pub is_risky: Option<bool>,
}

impl MediaCheck {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            trace_id: fields.required("trace_id")?.to_owned(),
            app_id: fields.optional("appid"),
            suggest: fields.optional("result/suggest"),
            label: fields.lenient_number("result/label"),
            is_risky: fields.lenient_number("isrisky").map(|number| number != 0),
        })
    }
}
