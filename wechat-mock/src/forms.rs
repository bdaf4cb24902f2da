//! Forms of answers in which the documents contradict each other, or the platform contradicts them.

use serde::{Deserialize, Serialize};

/// Other forms of some answers. The default is the form of the newest tables; each field is another
/// one that a document shows or that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AnswerForms {
    /// draft/add and media/upload answer `"item":[]` as well. `[users]`
    pub empty_item_list: bool,
    /// media/uploadimg answers `errcode` 0 and `errmsg` as well. `[official]`, some samples
    pub picture_with_errcode: bool,
    /// mass/speed/set answers an empty `errmsg`. `[official]`, one sample
    pub empty_errmsg: bool,
    /// freepublish/submit writes `msg_data_id` as a number beside a `publish_id` as a text.
    /// `[official]`, one sample
    pub msg_data_id_as_number: bool,
    /// get_material and freepublish/getarticle answer articles without times and `thumb_url`.
    /// `[official]`, the samples
    pub short_articles: bool,
    /// sendall and send answer no `msg_data_id` for articles. `[official]`, in 2014
    pub without_msg_data_id: bool,
    /// tags/get leaves the platform's own tags 0, 1 and 2 out. `[guess]`
    pub own_tags_only: bool,
}
