//! The typed calls: any bytes as an answer, any bytes as a request.

use wechat_types::codec::Reply;
use wechat_types::served::{Incoming, Served};
use wechat_types::{
    blacklist, draft, legacy_group, mass, material, media, platform, publish, tag, token, user,
};

/// One call: its path, and what is done with bytes.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "it holds functions")]
pub struct Target {
    /// By which the fixtures know it.
    pub path: &'static str,
    answer: fn(&[u8], u16, Option<&str>),
    request: fn(&[u8], Option<&str>),
}

macro_rules! targets {
    ($($endpoint:ty,)*) => {
        &[$(Target {
            path: <$endpoint as wechat_types::endpoint::Endpoint>::SPEC.path,
            answer: answer::<$endpoint>,
            request: request::<$endpoint>,
        }),*]
    };
}

/// All of them, in the order of `wechat_types::endpoint::ALL`: an input names one by its number.
pub const ENDPOINTS: &[Target] = targets![
    token::GetToken,
    token::GetStableToken,
    platform::GetCallbackIps,
    platform::GetApiDomainIps,
    platform::CheckCallback,
    platform::ClearQuota,
    platform::ClearQuotaBySecret,
    platform::GetApiQuota,
    platform::ClearApiQuota,
    platform::GetRequestRecord,
    media::UploadMedia,
    media::GetMedia,
    media::UploadImage,
    media::UploadNews,
    media::UploadVideo,
    material::AddMaterial,
    material::AddNews,
    material::UpdateNews,
    material::GetMaterial,
    material::DeleteMaterial,
    material::CountMaterial,
    material::BatchGetMaterial,
    draft::AddDraft,
    draft::GetDraft,
    draft::UpdateDraft,
    draft::DeleteDraft,
    draft::CountDrafts,
    draft::BatchGetDrafts,
    draft::SwitchDrafts,
    publish::SubmitPublish,
    publish::GetPublishStatus,
    publish::DeletePublished,
    publish::GetPublishedArticle,
    publish::BatchGetPublished,
    mass::SendAll,
    mass::Send,
    mass::Preview,
    mass::GetMassStatus,
    mass::DeleteMass,
    mass::GetSpeed,
    mass::SetSpeed,
    tag::CreateTag,
    tag::GetTags,
    tag::UpdateTag,
    tag::DeleteTag,
    tag::GetTagFollowers,
    tag::BatchTag,
    tag::BatchUntag,
    tag::GetTagIds,
    user::GetFollowers,
    user::GetUserInfo,
    user::BatchGetUserInfo,
    user::UpdateRemark,
    user::ChangeOpenIds,
    blacklist::GetBlacklist,
    blacklist::BatchBlacklist,
    blacklist::BatchUnblacklist,
    legacy_group::CreateGroup,
    legacy_group::GetGroups,
    legacy_group::GetGroupId,
    legacy_group::UpdateGroup,
    legacy_group::MoveUser,
    legacy_group::BatchMoveUsers,
    legacy_group::DeleteGroup,
];

const CONTENT_TYPES: [Option<&str>; 4] = [
    None,
    Some("application/json; encoding=utf-8"),
    Some("image/jpeg"),
    Some("multipart/form-data; boundary=b"),
];

/// The first byte names the call, the second says what the rest is: answer or request, status, type.
pub fn endpoint(data: &[u8]) {
    let [number, form, bytes @ ..] = data else { return };
    let Some(target) = ENDPOINTS.get(usize::from(*number)) else { return };
    let content_type = CONTENT_TYPES[usize::from(form >> 1 & 3)];
    if form & 1 == 0 {
        let status = if form & 8 == 0 { 200 } else { 502 };
        (target.answer)(bytes, status, content_type);
    } else {
        (target.request)(bytes, content_type);
    }
}

fn answer<E: Served>(bytes: &[u8], status: u16, content_type: Option<&str>) {
    let mut reply = Reply::new(status, bytes).with_content_disposition(bytes);
    if let Some(content_type) = content_type {
        reply = reply.with_content_type(content_type);
    }
    match E::decode(reply) {
        // What was understood can be said again, and is understood again.
        Ok(response) => {
            if let Ok(written) = E::encode_response(&response) {
                assert!(E::decode(Reply::new(200, &written)).is_ok(), "{}", E::SPEC.path);
            }
        }
        Err(error) => assert!(!format!("{error} {error:?}").is_empty()),
    }
}

fn request<E: Served>(bytes: &[u8], content_type: Option<&str>) {
    let query = [("type", "image"), ("media_id", "m"), ("next_openid", "o"), ("openid", "o")];
    let mut incoming = Incoming::new(&query, bytes);
    if let Some(content_type) = content_type {
        incoming = incoming.with_content_type(content_type);
    }
    match E::decode_request(incoming) {
        Ok(request) => {
            if let Ok(body) = request.encode() {
                let mut again = Incoming::new(&query, body.as_bytes());
                if let Some(content_type) = body.content_type() {
                    again = again.with_content_type(content_type);
                }
                assert!(E::decode_request(again).is_ok(), "{}", E::SPEC.path);
            }
        }
        Err(error) => assert!(!format!("{error} {error:?}").is_empty()),
    }
}
