//! Tokens.

use proptest::prelude::*;
use wechat_types::token::{GetStableToken, GetStableTokenResponse, GetToken, GetTokenResponse};

use super::values::{a_secret, an_account, app_id, number, secret, token};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<GetToken>();
    visitor.visit::<GetStableToken>();
}

impl Case for GetToken {
    const FOLDER: &'static str = "token/token";

    fn full() -> Self {
        Self::new(an_account(), a_secret())
    }

    fn requests() -> BoxedStrategy<Self> {
        (app_id(), secret()).prop_map(|(id, secret)| Self::new(id, secret)).boxed()
    }

    fn responses() -> BoxedStrategy<GetTokenResponse> {
        (token(), number()).prop_map(|(token, life)| GetTokenResponse::new(token, life)).boxed()
    }
}

impl Case for GetStableToken {
    const FOLDER: &'static str = "token/stable-token";

    fn full() -> Self {
        let mut request = Self::new(an_account(), a_secret());
        request.force_refresh = true;
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        (app_id(), secret(), any::<bool>())
            .prop_map(|(id, secret, force)| {
                let mut request = Self::new(id, secret);
                request.force_refresh = force;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<GetStableTokenResponse> {
        (token(), number())
            .prop_map(|(token, life)| GetStableTokenResponse::new(token, life))
            .boxed()
    }
}
