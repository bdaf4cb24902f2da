//! PUBLISHJOBFINISH in its XML.

use super::Sender;
use crate::beijing::unix_seconds;
use crate::world::article::address;
use crate::world::publish::{Publication, PublishStatus};

/// The end of a publication, element by element as the platform orders them.
pub(super) fn publish_job_finish(one: &Publication, sender: &Sender) -> String {
    let failed = match &one.status {
        PublishStatus::OriginalityFailed(failed) | PublishStatus::AuditFailed(failed) => failed,
        _ => &Vec::new(),
    };
    let failed: String = failed.iter().map(|n| format!("<fail_idx>{n}</fail_idx>")).collect();
    let id = one.article_id.as_str();
    let detail = if one.status == PublishStatus::Success {
        let item = |index| {
            let url = address(id, index);
            format!("<item><idx>{index}</idx><article_url><![CDATA[{url}]]></article_url></item>")
        };
        let count = one.articles.len();
        let items: String = (1..=count).map(item).collect();
        format!(
            "<article_id><![CDATA[{id}]]></article_id>\
             <article_detail><count>{count}</count>{items}</article_detail>"
        )
    } else {
        String::new()
    };
    format!(
        "<xml><ToUserName><![CDATA[{}]]></ToUserName><FromUserName><![CDATA[{}]]></FromUserName>\
         <CreateTime>{}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
         <Event><![CDATA[PUBLISHJOBFINISH]]></Event><PublishEventInfo>\
         <publish_id>{}</publish_id><publish_status>{}</publish_status>{detail}{failed}\
         </PublishEventInfo></xml>",
        sender.original_id,
        sender.owner,
        unix_seconds(one.updated_at),
        one.publish_id,
        one.status.number(),
    )
}
