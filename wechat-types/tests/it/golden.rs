//! Every documented example of an endpoint, through its type and back.

mod legacy;

use serde_json::Value;
use wechat_types::codec::{Reply, ReplyError};
use wechat_types::endpoint::Method;
use wechat_types::served::{Incoming, Served};
use wechat_types::{
    blacklist, draft, legacy_group, mass, material, media, platform, publish, tag, token, user,
};

use self::legacy::{LEGACY, Legacy};
use crate::fixtures;

#[test]
fn tags() {
    golden::<tag::CreateTag>("tags/create");
    golden::<tag::GetTags>("tags/get");
    golden::<tag::UpdateTag>("tags/update");
    golden::<tag::DeleteTag>("tags/delete");
    golden::<tag::GetTagFollowers>("tags/user-tag-get");
    golden::<tag::BatchTag>("tags/batchtagging");
    golden::<tag::BatchUntag>("tags/batchuntagging");
    golden::<tag::GetTagIds>("tags/getidlist");
}

#[test]
fn users() {
    golden::<user::GetFollowers>("users/get");
    golden::<user::GetUserInfo>("users/info");
    golden::<user::BatchGetUserInfo>("users/info-batchget");
    golden::<user::UpdateRemark>("users/info-updateremark");
    golden::<user::ChangeOpenIds>("users/changeopenid");
}

#[test]
fn blacklist() {
    golden::<blacklist::GetBlacklist>("blacklist/getblacklist");
    golden::<blacklist::BatchBlacklist>("blacklist/batchblacklist");
    golden::<blacklist::BatchUnblacklist>("blacklist/batchunblacklist");
}

#[test]
fn legacy_groups() {
    golden::<legacy_group::CreateGroup>("groups/create");
    golden::<legacy_group::GetGroups>("groups/get");
    golden::<legacy_group::GetGroupId>("groups/getid");
    golden::<legacy_group::UpdateGroup>("groups/update");
    golden::<legacy_group::MoveUser>("groups/members-update");
    golden::<legacy_group::BatchMoveUsers>("groups/members-batchupdate");
    golden::<legacy_group::DeleteGroup>("groups/delete");
}

#[test]
fn mass_sending() {
    golden::<mass::SendAll>("mass/sendall");
    golden::<mass::Send>("mass/send");
    golden::<mass::Preview>("mass/preview");
    golden::<mass::DeleteMass>("mass/delete");
    golden::<mass::GetMassStatus>("mass/get");
    golden::<mass::GetSpeed>("mass/speed-get");
    golden::<mass::SetSpeed>("mass/speed-set");
}

#[test]
fn tokens() {
    golden::<token::GetToken>("token/token");
    golden::<token::GetStableToken>("token/stable-token");
}

#[test]
fn platform_calls() {
    golden::<platform::GetCallbackIps>("token/getcallbackip");
    golden::<platform::GetApiDomainIps>("token/get-api-domain-ip");
    golden::<platform::CheckCallback>("token/callback-check");
    golden::<platform::ClearQuota>("token/clear-quota");
    golden::<platform::ClearQuotaBySecret>("token/clear-quota-v2");
    golden::<platform::GetApiQuota>("token/openapi-quota-get");
    golden::<platform::ClearApiQuota>("token/openapi-quota-clear");
    golden::<platform::GetRequestRecord>("token/openapi-rid-get");
}

#[test]
fn media_files() {
    golden::<media::UploadMedia>("media/upload");
    golden::<media::GetMedia>("media/get");
    golden::<media::UploadImage>("media/uploadimg");
    golden::<media::UploadNews>("media/uploadnews");
    golden::<media::UploadVideo>("media/uploadvideo");
}

#[test]
fn permanent_material() {
    golden::<material::AddMaterial>("material/add-material");
    golden::<material::AddNews>("material/add-news");
    golden::<material::UpdateNews>("material/update-news");
    golden::<material::GetMaterial>("material/get-material");
    golden::<material::DeleteMaterial>("material/del-material");
    golden::<material::CountMaterial>("material/get-materialcount");
    golden::<material::BatchGetMaterial>("material/batchget-material");
}

#[test]
fn drafts() {
    golden::<draft::AddDraft>("draft/add");
    golden::<draft::GetDraft>("draft/get");
    golden::<draft::UpdateDraft>("draft/update");
    golden::<draft::DeleteDraft>("draft/delete");
    golden::<draft::CountDrafts>("draft/count");
    golden::<draft::BatchGetDrafts>("draft/batchget");
    golden::<draft::SwitchDrafts>("draft/switch");
}

#[test]
fn publications() {
    golden::<publish::SubmitPublish>("freepublish/submit");
    golden::<publish::GetPublishStatus>("freepublish/get");
    golden::<publish::DeletePublished>("freepublish/delete");
    golden::<publish::GetPublishedArticle>("freepublish/getarticle");
    golden::<publish::BatchGetPublished>("freepublish/batchget");
}

/// Holds one endpoint against all examples of its folder.
fn golden<E: Served>(folder: &str) {
    let index = fixtures::json("index.json");
    let entry = index.as_array().unwrap().iter().find(|entry| entry["endpoint"] == folder);
    let entry = entry.unwrap_or_else(|| panic!("{folder} is not in the index"));
    assert_eq!(entry["path"], E::SPEC.path, "{folder}");
    let method = if E::SPEC.method == Method::Get { "GET" } else { "POST" };
    assert_eq!(entry["method"], method, "{folder}");
    for file in entry["files"].as_array().unwrap() {
        let file = file.as_str().unwrap();
        let name = file.rsplit('/').next().unwrap();
        match name.split(['-', '.']).next().unwrap() {
            "request" if name.ends_with(".json") => json_request::<E>(file),
            "request" => text_request::<E>(file),
            "response" if name.ends_with(".json") => json_response::<E>(file),
            "response" => {} // Binary answers: downloads.rs.
            "error" => error::<E>(file),
            _ => panic!("{file}: what is that?"),
        }
    }
}

fn json_request<E: Served>(file: &str) {
    let bytes = fixtures::bytes(file);
    let request = E::decode_request(Incoming::new(&[], &bytes))
        .unwrap_or_else(|e| panic!("{file}: {e}: {:?}", std::error::Error::source(&e)));
    let body = request.encode().unwrap_or_else(|e| panic!("{file}: {e}"));
    if legacy(file).is_some_and(|legacy| legacy.written.is_empty()) {
        assert!(body.as_bytes().is_empty(), "{file}");
        return;
    }
    assert_eq!(body.content_type(), Some("application/json"), "{file}");
    let text = String::from_utf8(body.into_bytes()).unwrap();
    assert!(!text.contains("\\u"), "{file}: escaped text");
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_expected(file, written);
}

fn text_request<E: Served>(file: &str) {
    let text = String::from_utf8(fixtures::bytes(file)).unwrap();
    let facts: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(": ")).collect();
    if facts.iter().any(|(name, _)| *name == "part") {
        return; // Uploads: uploads.rs.
    }
    let query: Vec<(&str, &str)> = facts
        .iter()
        .filter(|(name, _)| *name == "query")
        .filter_map(|(_, value)| value.split_once('='))
        .filter(|(key, _)| *key != "access_token")
        .collect();
    let request =
        E::decode_request(Incoming::new(&query, b"")).unwrap_or_else(|e| panic!("{file}: {e}"));
    assert!(request.encode().unwrap().as_bytes().is_empty(), "{file}");
    let written = request.query();
    let written: Vec<(&str, &str)> =
        written.iter().map(|(key, value)| (*key, value.as_ref())).collect();
    let expected = match legacy(file) {
        Some(legacy) => legacy.written.split('&').filter_map(|pair| pair.split_once('=')).collect(),
        None => query,
    };
    assert_eq!(written, expected, "{file}");
}

fn json_response<E: Served>(file: &str) {
    let bytes = fixtures::bytes(file);
    let answer = E::decode(Reply::new(200, &bytes))
        .unwrap_or_else(|e| panic!("{file}: {e}: {:?}", std::error::Error::source(&e)));
    let written = E::encode_response(&answer).unwrap_or_else(|e| panic!("{file}: {e}"));
    assert_expected(file, serde_json::from_slice(&written).unwrap());
}

fn error<E: Served>(file: &str) {
    let wire = fixtures::json(file);
    let Err(ReplyError::Api(error)) = E::decode(Reply::new(200, &fixtures::bytes(file))) else {
        panic!("{file} is not read as an API error");
    };
    assert_eq!(Some(error.code.get()), wire["errcode"].as_i64(), "{file}");
}

/// What was written is the document's, or what the table says.
fn assert_expected(file: &str, written: Value) {
    let (written, documented) = (without_success(written), without_success(fixtures::json(file)));
    match legacy(file) {
        Some(Legacy { written: today, why, .. }) => {
            let today = without_success(serde_json::from_str(today).unwrap());
            assert_eq!(written, today, "{file}: {why}");
            assert_ne!(today, documented, "{file} stands in the table for nothing: {why}");
        }
        None => assert_eq!(written, documented, "{file}"),
    }
}

/// A success may or may not say so.
fn without_success(mut value: Value) -> Value {
    if value["errcode"] == 0 {
        value.as_object_mut().unwrap().remove("errcode");
        value.as_object_mut().unwrap().remove("errmsg");
    }
    value
}

fn legacy(file: &str) -> Option<&'static Legacy> {
    LEGACY.iter().find(|legacy| legacy.file == file)
}

#[test]
fn the_table_names_files_that_are_there() {
    for legacy in LEGACY {
        assert!(!fixtures::bytes(legacy.file).is_empty(), "{}", legacy.file);
    }
}
