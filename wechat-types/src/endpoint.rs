//! What an API call is: method, path, authorization, what may be repeated, and how it is written
//! and read.

use std::borrow::Cow;

use crate::codec::{Body, EncodeError, Reply, ReplyError};
use crate::{
    blacklist, draft, legacy_group, mass, material, media, platform, publish, tag, token, user,
};

/// One call of the API. The implementing struct is the request.
///
/// Encoding and decoding are functions from values to bytes and back; whoever sends the bytes adds
/// host, token and deadline.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Method, path, authorization and default [`Replay`].
    const SPEC: Spec;

    /// The answer of a call that succeeded.
    type Response: Send + 'static;

    /// Query parameters other than `access_token`, not yet percent-encoded.
    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        Vec::new()
    }

    /// Holds the request against the documented limits, which the platform changes now and then.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] with the code the platform would answer.
    fn check(&self) -> Result<(), EncodeError> {
        Ok(())
    }

    /// The request's body, whatever [`check`](Self::check) says of it.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] for what cannot be said on the wire, or would be said without a meaning: a
    /// list of people with nobody in it, the deletion of an empty address.
    fn write(&self) -> Result<Body, EncodeError>;

    /// The request's body: [`check`](Self::check), then [`write`](Self::write).
    ///
    /// # Errors
    ///
    /// Those of both; nothing is sent then.
    fn encode(&self) -> Result<Body, EncodeError> {
        self.check()?;
        self.write()
    }

    /// Reads an HTTP answer.
    ///
    /// # Errors
    ///
    /// [`ReplyError::Api`] when the platform answered with a return code other than 0, and its
    /// other variants when the answer is not what this call answers with.
    fn decode(reply: Reply<'_>) -> Result<Self::Response, ReplyError>;

    /// May this very request be sent again when its answer was lost?
    fn replay(&self) -> Replay {
        Self::SPEC.replay
    }
}

/// The constants of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spec {
    /// GET or POST; the platform answers 43001 / 43002 to the wrong one.
    pub method: Method,
    /// Path from the host's root.
    pub path: &'static str,
    /// What the call must carry.
    pub auth: Auth,
    /// May a request be sent again when its answer was lost?
    pub replay: Replay,
}

impl Spec {
    /// A call that carries an access token.
    pub const fn new(method: Method, path: &'static str, replay: Replay) -> Self {
        Self { method, path, auth: Auth::AccessToken, replay }
    }

    /// A call that carries its own credentials instead.
    pub const fn without_token(self) -> Self {
        Self { auth: Auth::None, ..self }
    }
}

/// The two methods the platform uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// What a call must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// The query parameter `access_token`.
    AccessToken,
    /// Nothing: the request holds its credentials itself.
    None,
}

/// May a request be sent again when its answer was lost?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replay {
    /// Yes: it changes nothing, or the same again changes nothing that matters.
    Safe,
    /// Yes, with the very same key and bytes: the platform recognizes the key for 24 hours.
    Keyed,
    /// No: it would happen twice.
    Never,
}

/// Every call this crate knows.
pub const ALL: &[Spec] = &[
    token::GetToken::SPEC,
    token::GetStableToken::SPEC,
    platform::GetCallbackIps::SPEC,
    platform::GetApiDomainIps::SPEC,
    platform::CheckCallback::SPEC,
    platform::ClearQuota::SPEC,
    platform::ClearQuotaBySecret::SPEC,
    platform::GetApiQuota::SPEC,
    platform::ClearApiQuota::SPEC,
    platform::GetRequestRecord::SPEC,
    media::UploadMedia::SPEC,
    media::GetMedia::SPEC,
    media::UploadImage::SPEC,
    media::UploadNews::SPEC,
    media::UploadVideo::SPEC,
    material::AddMaterial::SPEC,
    material::AddNews::SPEC,
    material::UpdateNews::SPEC,
    material::GetMaterial::SPEC,
    material::DeleteMaterial::SPEC,
    material::CountMaterial::SPEC,
    material::BatchGetMaterial::SPEC,
    draft::AddDraft::SPEC,
    draft::GetDraft::SPEC,
    draft::UpdateDraft::SPEC,
    draft::DeleteDraft::SPEC,
    draft::CountDrafts::SPEC,
    draft::BatchGetDrafts::SPEC,
    draft::SwitchDrafts::SPEC,
    publish::SubmitPublish::SPEC,
    publish::GetPublishStatus::SPEC,
    publish::DeletePublished::SPEC,
    publish::GetPublishedArticle::SPEC,
    publish::BatchGetPublished::SPEC,
    mass::SendAll::SPEC,
    mass::Send::SPEC,
    mass::Preview::SPEC,
    mass::GetMassStatus::SPEC,
    mass::DeleteMass::SPEC,
    mass::GetSpeed::SPEC,
    mass::SetSpeed::SPEC,
    tag::CreateTag::SPEC,
    tag::GetTags::SPEC,
    tag::UpdateTag::SPEC,
    tag::DeleteTag::SPEC,
    tag::GetTagFollowers::SPEC,
    tag::BatchTag::SPEC,
    tag::BatchUntag::SPEC,
    tag::GetTagIds::SPEC,
    user::GetFollowers::SPEC,
    user::GetUserInfo::SPEC,
    user::BatchGetUserInfo::SPEC,
    user::UpdateRemark::SPEC,
    user::ChangeOpenIds::SPEC,
    blacklist::GetBlacklist::SPEC,
    blacklist::BatchBlacklist::SPEC,
    blacklist::BatchUnblacklist::SPEC,
    legacy_group::CreateGroup::SPEC,
    legacy_group::GetGroups::SPEC,
    legacy_group::GetGroupId::SPEC,
    legacy_group::UpdateGroup::SPEC,
    legacy_group::MoveUser::SPEC,
    legacy_group::BatchMoveUsers::SPEC,
    legacy_group::DeleteGroup::SPEC,
];
