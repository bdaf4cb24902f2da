//! What the calls that send have in common: the answer's wire shape, and how a key is read.

use serde::{Deserialize, Deserializer, Serialize};

use crate::id::{ClientMsgId, MsgDataId, MsgId};

/// The answer of a call that was accepted.
#[derive(Serialize)]
pub(super) struct Accepted {
    errcode: i64,
    errmsg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_id: Option<MsgId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_data_id: Option<MsgDataId>,
}

impl Accepted {
    pub(super) fn new(
        errmsg: &'static str,
        msg_id: Option<MsgId>,
        msg_data_id: Option<MsgDataId>,
    ) -> Self {
        Self { errcode: 0, errmsg, msg_id, msg_data_id }
    }
}

/// Reads `clientmsgid`; `null` and an empty text are none.
pub(super) fn key<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<ClientMsgId>, D::Error> {
    let key = Option::<String>::deserialize(deserializer)?.filter(|key| !key.is_empty());
    key.map(ClientMsgId::new).transpose().map_err(serde::de::Error::custom)
}
