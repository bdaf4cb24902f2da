//! Every endpoint with what a test needs of it: its fixtures, a request with all options set, and
//! strategies for requests and answers.

mod blacklist;
mod draft;
mod legacy_group;
mod mass;
mod material;
mod media;
mod platform;
mod publish;
mod tag;
mod token;
mod user;
mod values;

use std::collections::BTreeSet;
use std::fmt::Debug;

use proptest::strategy::BoxedStrategy;
use wechat_types::endpoint::{ALL, Spec};
use wechat_types::served::Served;

/// What a test needs of an endpoint.
pub(crate) trait Case:
    Served<Response: Clone + Debug + PartialEq> + Clone + Debug + PartialEq
{
    /// The folder of its fixtures.
    const FOLDER: &'static str;

    /// A request with all options set.
    fn full() -> Self;

    /// Any request that is within the limits.
    fn requests() -> BoxedStrategy<Self>;

    /// Any answer that the platform can write.
    fn responses() -> BoxedStrategy<Self::Response>;
}

/// A test that is made for every endpoint.
pub(crate) trait Visitor {
    fn visit<E: Case>(&mut self);
}

/// Shows every endpoint, chapter by chapter.
pub(crate) fn each(visitor: &mut impl Visitor) {
    blacklist::each(visitor);
    draft::each(visitor);
    legacy_group::each(visitor);
    mass::each(visitor);
    material::each(visitor);
    media::each(visitor);
    platform::each(visitor);
    publish::each(visitor);
    tag::each(visitor);
    token::each(visitor);
    user::each(visitor);
}

#[test]
fn no_endpoint_is_left_out() {
    #[derive(Default)]
    struct Paths(Vec<Spec>, BTreeSet<&'static str>);

    impl Visitor for Paths {
        fn visit<E: Case>(&mut self) {
            self.0.push(E::SPEC);
            self.1.insert(E::FOLDER);
        }
    }

    let mut seen = Paths::default();
    each(&mut seen);
    for spec in ALL {
        assert_eq!(seen.0.iter().filter(|one| *one == spec).count(), 1, "{spec:?}");
    }
    assert_eq!(seen.0.len(), ALL.len());
    assert_eq!(seen.1.len(), ALL.len(), "two have one folder");
}
