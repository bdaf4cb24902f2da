//! The list of all promises: what reaches nobody first, what reaches everyone last.

use super::Need::{Everyone, Followers, RenewTokens, Reports, Secret, Send, Tag, Time};
use super::Source::{Official, Users};
use super::{Check, Need, Promise, Source, drafts, mass, media, people, tokens};

const fn promise(
    name: &'static str,
    source: Source,
    needs: &'static [Need],
    check: Check,
) -> Promise {
    Promise { name, source, needs, check }
}

/// All of them, in the order in which [`run`](super::run) checks them.
pub const PROMISES: &[Promise] = &[
    promise(
        "a stable token stays the same until the platform renews it",
        Official,
        &[Secret],
        |client, environment| Box::pin(tokens::a_stable_token_stays(client, environment)),
    ),
    promise("an unknown token is refused with 40001", Users, &[], |client, environment| {
        Box::pin(tokens::an_unknown_token_is_refused(client, environment))
    }),
    promise(
        "a call without a token is refused with 41001",
        Official,
        &[],
        |client, environment| Box::pin(tokens::a_missing_token_is_refused(client, environment)),
    ),
    promise(
        "a wrong secret is refused with 40125 or 40001",
        Official,
        &[],
        |client, environment| Box::pin(tokens::a_wrong_secret_is_refused(client, environment)),
    ),
    promise(
        "a new plain token works beside the one before it",
        Official,
        &[Secret, RenewTokens],
        |client, environment| Box::pin(tokens::plain_tokens_overlap(client, environment)),
    ),
    promise(
        "the plain token before the newest is refused after the overlap",
        Official,
        &[Secret, RenewTokens, Time],
        |client, environment| Box::pin(tokens::the_overlap_ends(client, environment)),
    ),
    promise(
        "a plain token leaves the stable one alone",
        Official,
        &[Secret, RenewTokens],
        |client, environment| Box::pin(tokens::the_two_kinds_are_apart(client, environment)),
    ),
    promise(
        "a second forced refresh at once refreshes nothing",
        Official,
        &[Secret, RenewTokens, Time],
        |client, environment| Box::pin(tokens::a_forced_refresh_pauses(client, environment)),
    ),
    promise(
        "a forced refresh ends the stable token before it",
        Official,
        &[Secret, RenewTokens, Time],
        |client, environment| {
            Box::pin(tokens::a_forced_refresh_ends_the_old_token(client, environment))
        },
    ),
    promise("a temporary picture comes back as a file", Official, &[], |client, environment| {
        Box::pin(media::temporary_media_comes_back(client, environment))
    }),
    promise("temporary media dies after three days", Official, &[Time], |client, environment| {
        Box::pin(media::temporary_media_dies(client, environment))
    }),
    promise("unknown media is refused with 40007", Official, &[], |client, environment| {
        Box::pin(media::unknown_media_is_refused(client, environment))
    }),
    promise("a picture for articles gets an address", Official, &[], |client, environment| {
        Box::pin(media::article_pictures_have_an_address(client, environment))
    }),
    promise(
        "permanent material lives until it is deleted",
        Official,
        &[],
        |client, environment| Box::pin(media::material_lives_until_deleted(client, environment)),
    ),
    promise("permanent material is counted and listed", Official, &[], |client, environment| {
        Box::pin(media::material_is_counted(client, environment))
    }),
    promise(
        "a draft is kept as written until it is deleted",
        Official,
        &[],
        |client, environment| Box::pin(drafts::a_draft_is_kept(client, environment)),
    ),
    promise("a new draft is counted", Official, &[], |client, environment| {
        Box::pin(drafts::drafts_are_counted(client, environment))
    }),
    promise(
        "a draft with an unknown cover is refused with 40007",
        Official,
        &[],
        |client, environment| Box::pin(drafts::a_draft_needs_its_cover(client, environment)),
    ),
    promise(
        "a tag is listed under its name until it is deleted",
        Official,
        &[],
        |client, environment| Box::pin(people::a_tag_is_listed(client, environment)),
    ),
    promise(
        "a second tag of the same name is refused with 45157",
        Official,
        &[],
        |client, environment| Box::pin(people::a_tag_name_is_unique(client, environment)),
    ),
    promise(
        "the followers of an unknown tag are refused with 45159",
        Official,
        &[],
        |client, environment| Box::pin(people::an_unknown_tag_is_refused(client, environment)),
    ),
    promise(
        "followers with a tag are found by it, page by page",
        Users,
        &[Followers],
        |client, environment| Box::pin(people::tagged_followers_are_found(client, environment)),
    ),
    promise(
        "followers come in pages, and the one after the last is empty",
        Users,
        &[],
        |client, environment| Box::pin(people::followers_come_in_pages(client, environment)),
    ),
    promise("a follower is known as one", Official, &[Followers], |client, environment| {
        Box::pin(people::a_follower_is_known(client, environment))
    }),
    promise("an unknown OpenID is refused with 40003", Official, &[], |client, environment| {
        Box::pin(people::a_stranger_is_refused(client, environment))
    }),
    promise("the speed is a documented level", Official, &[], |client, environment| {
        Box::pin(mass::the_speed_is_documented(client, environment))
    }),
    promise("a quota is what is left of its limit", Official, &[], |client, environment| {
        Box::pin(mass::the_quota_adds_up(client, environment))
    }),
    promise("the quota of no call is refused with 76021", Official, &[], |client, environment| {
        Box::pin(mass::a_quota_needs_a_call(client, environment))
    }),
    promise(
        "the status of an unknown job is refused with 40059",
        Users,
        &[],
        |client, environment| Box::pin(mass::an_unknown_job_has_no_status(client, environment)),
    ),
    promise(
        "deleting an unknown job is refused with 40059",
        Users,
        &[Send],
        |client, environment| Box::pin(mass::an_unknown_job_is_not_deleted(client, environment)),
    ),
    promise(
        "a send to a single OpenID is refused with 40130",
        Official,
        &[Send, Followers],
        |client, environment| Box::pin(mass::a_single_recipient_is_refused(client, environment)),
    ),
    promise(
        "a send of unknown media is refused with 40007",
        Official,
        &[Send, Followers],
        |client, environment| Box::pin(mass::unknown_media_is_not_sent(client, environment)),
    ),
    promise(
        "a key of 65 bytes is refused with 45067",
        Official,
        &[Send, Followers],
        |client, environment| Box::pin(mass::a_long_key_is_refused(client, environment)),
    ),
    promise(
        "a preview is shown to a follower",
        Official,
        &[Send, Followers],
        |client, environment| Box::pin(mass::a_preview_is_shown(client, environment)),
    ),
    promise(
        "a preview to nobody is refused with 40003 or 43004",
        Official,
        &[Send],
        |client, environment| Box::pin(mass::a_preview_needs_a_follower(client, environment)),
    ),
    promise(
        "a send becomes a job that comes to an end",
        Official,
        &[Send, Followers, Time],
        |client, environment| Box::pin(mass::a_job_comes_to_an_end(client, environment)),
    ),
    promise(
        "a repeated key is refused with 45065, which names the first job",
        Official,
        &[Send, Followers],
        |client, environment| {
            Box::pin(mass::a_repeated_key_names_the_first_job(client, environment))
        },
    ),
    promise(
        "a key is free again after 24 hours",
        Official,
        &[Send, Followers, Time],
        |client, environment| Box::pin(mass::a_key_is_forgotten_after_a_day(client, environment)),
    ),
    promise(
        "a draft that was sent is used up",
        Official,
        &[Send, Followers, Time],
        |client, environment| Box::pin(drafts::a_sent_draft_is_used_up(client, environment)),
    ),
    promise(
        "an article that was sent can be deleted",
        Official,
        &[Send, Followers, Time],
        |client, environment| Box::pin(drafts::a_sent_article_can_be_deleted(client, environment)),
    ),
    promise(
        "the report of a job counts its recipients",
        Official,
        &[Send, Followers, Time, Reports],
        |client, environment| Box::pin(mass::a_report_counts_its_recipients(client, environment)),
    ),
    promise("a tag can be sent to", Official, &[Send, Tag], |client, environment| {
        Box::pin(mass::a_tag_can_be_sent_to(client, environment))
    }),
    promise(
        "a send to an unknown tag is refused with 40152 or -1",
        Users,
        &[Send, Everyone],
        |client, environment| Box::pin(mass::an_unknown_tag_is_not_sent_to(client, environment)),
    ),
    promise("everyone can be sent to", Official, &[Send, Everyone], |client, environment| {
        Box::pin(mass::everyone_can_be_sent_to(client, environment))
    }),
];
