//! The account's world: rules and state. No HTTP and no JSON in here.

pub(crate) mod account;
pub(crate) mod article;
pub(crate) mod delivery;
pub(crate) mod draft;
pub(crate) mod follower;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod mass_delete;
pub(crate) mod mass_job;
pub(crate) mod mass_quota;
pub(crate) mod media;
pub(crate) mod originality;
pub(crate) mod past_error;
pub(crate) mod people;
pub(crate) mod profile;
pub(crate) mod publish;
pub(crate) mod quota;
pub(crate) mod review;
pub(crate) mod send;
pub(crate) mod speed;
pub(crate) mod tag;
pub(crate) mod token;
pub(crate) mod website;
