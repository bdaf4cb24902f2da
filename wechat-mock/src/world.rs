//! The account's world: rules and state. No HTTP and no JSON in here.

pub(crate) mod account;
pub(crate) mod draft;
pub(crate) mod follower;
pub(crate) mod mass_job;
pub(crate) mod media;
pub(crate) mod quota;
pub(crate) mod send;
pub(crate) mod tag;
pub(crate) mod token;
