//! Followers and their tags, page by page.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tagmange/api_createtag.html>,
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_getfans.html>

use wechat_http::Client;
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{OpenId, TagId};
use wechat_types::tag::{
    BatchTag, BatchUntag, CreateTag, DeleteTag, GetTagFollowers, GetTagIds, GetTags, UpdateTag,
};
use wechat_types::user::{GetFollowers, GetUserInfo};

use super::environment::Environment;
use super::outcome::{Unheld, differs, failed, promised, refused, skipped};

/// A tag is listed under its name from its creation to its deletion.
pub async fn a_tag_is_listed(client: &Client, environment: &Environment) -> Result<(), Unheld> {
    let name = environment.name();
    let tag = create(client, &name).await?;
    let judged = check_listed(client, environment, tag, &name).await;
    delete(client, tag).await?;
    judged?;
    let found = name_of(client, tag).await?;
    promised(found.is_none(), "no such tag after its deletion", || "the tag".to_owned())
}

/// A second tag of the same name is refused with 45157.
pub async fn a_tag_name_is_unique(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let name = environment.name();
    let tag = create(client, &name).await?;
    let second = client.send(&CreateTag::new(name)).await;
    delete(client, tag).await?;
    if let Ok(second) = &second {
        delete(client, second.id).await?;
    }
    refused(second, &[ErrorCode::INVALID_TAG_NAME])
}

/// An unknown tag is refused with 45159.
pub async fn an_unknown_tag_is_refused(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let request = GetTagFollowers::new(TagId::new(999_999_999));
    refused(client.send(&request).await, &[ErrorCode::INVALID_TAG_ID])
}

/// Followers with a tag carry it in `getidlist`, stand on its pages, and are counted in `tags/get`,
/// until it is taken off them.
pub async fn tagged_followers_are_found(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let followers = environment.followers()?.to_vec();
    let tag = create(client, &environment.name()).await?;
    let judged = check_tagged(client, tag, &followers).await;
    delete(client, tag).await?;
    judged
}

/// A page of followers ends with its `next_openid`, and the page after the last one is empty.
pub async fn followers_come_in_pages(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let page = client.send(&GetFollowers::new()).await.map_err(failed("followers"))?;
    promised(page.open_ids.len() <= GetFollowers::PAGE_LEN, "at most 10,000 on a page", || {
        page.open_ids.len().to_string()
    })?;
    let Some(last) = page.open_ids.last() else {
        return promised(page.total == 0, "followers", || "an empty first page".to_owned());
    };
    let is_whole = page.open_ids.len() as u64 == page.total;
    let next = page.next_open_id.as_ref();
    // The last page may carry it, and may not.
    let holds = next == Some(last) || (is_whole && next.is_none());
    promised(holds, "next_openid: the last on the page", || "another one, or none".to_owned())?;
    if !is_whole {
        return Ok(());
    }
    let mut request = GetFollowers::new();
    request.after = Some(last.clone());
    let after = client.send(&request).await.map_err(failed("an empty page"))?;
    promised(after.open_ids.is_empty() && after.total == page.total, "an empty page", || {
        format!("{} followers", after.open_ids.len())
    })
}

/// A follower is one, by `user/info`.
pub async fn a_follower_is_known(client: &Client, environment: &Environment) -> Result<(), Unheld> {
    for open_id in environment.followers()?.iter().take(2) {
        let answer = client.send(&GetUserInfo::new(open_id.clone())).await;
        let info = answer.map_err(failed("a follower"))?;
        promised(info.is_follower && info.open_id == *open_id, "a follower", || {
            "somebody who is none, or somebody else".to_owned()
        })?;
    }
    Ok(())
}

/// An OpenID that is none is refused with 40003.
pub async fn a_stranger_is_refused(client: &Client, _: &Environment) -> Result<(), Unheld> {
    refused(client.send(&GetUserInfo::new(stranger()?)).await, &[ErrorCode::INVALID_OPENID])
}

/// An OpenID of the usual shape that belongs to nobody.
pub(super) fn stranger() -> Result<OpenId, Unheld> {
    OpenId::new("oCONTRACT-nobody-has-this-id").map_err(|e| skipped(e.to_string()))
}

async fn check_listed(
    client: &Client,
    environment: &Environment,
    tag: TagId,
    name: &str,
) -> Result<(), Unheld> {
    let found = name_of(client, tag).await?;
    promised(found.as_deref() == Some(name), "the tag under its name", || {
        found.map_or("no tag", |_| "another name").to_owned()
    })?;
    let new_name = environment.name();
    let renamed = client.send(&UpdateTag::new(tag, new_name.clone())).await;
    renamed.map_err(failed("the tag to be renamed"))?;
    let found = name_of(client, tag).await?;
    promised(found == Some(new_name), "the tag under its new name", || {
        found.map_or("no tag", |_| "another name").to_owned()
    })
}

async fn check_tagged(client: &Client, tag: TagId, followers: &[OpenId]) -> Result<(), Unheld> {
    let tagged = client.send(&BatchTag::new(followers.to_vec(), tag)).await;
    tagged.map_err(failed("followers to be tagged"))?;
    for open_id in followers {
        let tags = tags_of(client, open_id).await?;
        promised(tags.contains(&tag), "getidlist with the tag", || "without it".to_owned())?;
    }
    check_pages(client, tag, followers).await?;
    let tags = client.send(&GetTags::new()).await.map_err(failed("tags"))?.tags;
    let count = tags.iter().find(|known| known.id == tag).map(|tag| tag.count);
    promised(count == Some(followers.len() as u64), "a count of those with the tag", || {
        count.map_or_else(|| "no tag".to_owned(), |count| count.to_string())
    })?;
    let untagged = client.send(&BatchUntag::new(followers.to_vec(), tag)).await;
    untagged.map_err(failed("the tag to be taken off"))?;
    for open_id in followers {
        let tags = tags_of(client, open_id).await?;
        promised(!tags.contains(&tag), "getidlist without the tag", || "with it".to_owned())?;
    }
    Ok(())
}

/// The pages hold these followers, in whatever order; the one after the last OpenID is empty.
async fn check_pages(client: &Client, tag: TagId, followers: &[OpenId]) -> Result<(), Unheld> {
    let mut request = GetTagFollowers::new(tag);
    let page = client.send(&request).await.map_err(failed("followers with the tag"))?;
    let mut found = page.open_ids.clone();
    let mut expected = followers.to_vec();
    found.sort();
    expected.sort();
    promised(found == expected, "the followers with the tag", || {
        format!("{} others or fewer", found.len())
    })?;
    let Some(last) = page.open_ids.last() else { return Ok(()) };
    request.after = Some(last.clone());
    let after = client.send(&request).await.map_err(failed("an empty page"))?;
    promised(after.open_ids.is_empty(), "an empty page after the last", || {
        format!("{} followers", after.open_ids.len())
    })
}

async fn create(client: &Client, name: &str) -> Result<TagId, Unheld> {
    let tag = client.send(&CreateTag::new(name)).await.map_err(failed("a new tag"))?;
    // Deleting it at the end must not hit one of the platform's own.
    if tag.id.is_reserved() {
        return Err(differs("a new tag", "one of the platform's own"));
    }
    Ok(tag.id)
}

async fn delete(client: &Client, tag: TagId) -> Result<(), Unheld> {
    client.send(&DeleteTag::new(tag)).await.map_err(failed("the tag to be deleted"))
}

async fn name_of(client: &Client, tag: TagId) -> Result<Option<String>, Unheld> {
    let tags = client.send(&GetTags::new()).await.map_err(failed("tags"))?.tags;
    Ok(tags.into_iter().find(|known| known.id == tag).map(|tag| tag.name))
}

async fn tags_of(client: &Client, open_id: &OpenId) -> Result<Vec<TagId>, Unheld> {
    let answer = client.send(&GetTagIds::new(open_id.clone())).await;
    Ok(answer.map_err(failed("the tags of a follower"))?.tags)
}
