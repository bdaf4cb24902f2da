//! Quotas, addresses, diagnosis.

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::platform::{
    CheckAction, CheckCallback, CheckCallbackResponse, ClearApiQuota, ClearQuota,
    ClearQuotaBySecret, GetApiDomainIps, GetApiDomainIpsResponse, GetApiQuota, GetApiQuotaResponse,
    GetCallbackIps, GetCallbackIpsResponse, GetRequestRecord, GetRequestRecordResponse, Operator,
    Ping, Quota, RateLimit, Resolved,
};

use super::values::{a_secret, an_account, app_id, maybe, number, secret, text, words};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<GetCallbackIps>();
    visitor.visit::<GetApiDomainIps>();
    visitor.visit::<CheckCallback>();
    visitor.visit::<ClearQuota>();
    visitor.visit::<ClearQuotaBySecret>();
    visitor.visit::<GetApiQuota>();
    visitor.visit::<ClearApiQuota>();
    visitor.visit::<GetRequestRecord>();
}

impl Case for GetCallbackIps {
    const FOLDER: &'static str = "token/getcallbackip";

    fn full() -> Self {
        Self::new()
    }

    fn requests() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn responses() -> BoxedStrategy<GetCallbackIpsResponse> {
        vec(text(), 0..5).prop_map(GetCallbackIpsResponse::new).boxed()
    }
}

impl Case for GetApiDomainIps {
    const FOLDER: &'static str = "token/get-api-domain-ip";

    fn full() -> Self {
        Self::new()
    }

    fn requests() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn responses() -> BoxedStrategy<GetApiDomainIpsResponse> {
        vec(text(), 0..5).prop_map(GetApiDomainIpsResponse::new).boxed()
    }
}

fn operator() -> BoxedStrategy<Operator> {
    text().prop_map(Operator::from).boxed()
}

impl Case for CheckCallback {
    const FOLDER: &'static str = "token/callback-check";

    fn full() -> Self {
        Self::new(CheckAction::All, Operator::Default)
    }

    fn requests() -> BoxedStrategy<Self> {
        let action = vec![CheckAction::Dns, CheckAction::Ping, CheckAction::All];
        let operator = vec![Operator::Chinanet, Operator::Unicom, Operator::Cap, Operator::Default];
        (prop::sample::select(action), prop::sample::select(operator))
            .prop_map(|(action, operator)| Self::new(action, operator))
            .boxed()
    }

    fn responses() -> BoxedStrategy<CheckCallbackResponse> {
        let dns = (text(), operator()).prop_map(|(ip, operator)| Resolved::new(ip, operator));
        let ping = (text(), operator(), text(), text())
            .prop_map(|(ip, operator, loss, time)| Ping::new(ip, operator, loss, time));
        (vec(dns, 0..4), vec(ping, 0..4))
            .prop_map(|(dns, ping)| CheckCallbackResponse::new(dns, ping))
            .boxed()
    }
}

impl Case for ClearQuota {
    const FOLDER: &'static str = "token/clear-quota";

    fn full() -> Self {
        Self::new(an_account())
    }

    fn requests() -> BoxedStrategy<Self> {
        app_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for ClearQuotaBySecret {
    const FOLDER: &'static str = "token/clear-quota-v2";

    fn full() -> Self {
        let mut request = Self::new(an_account(), a_secret());
        request.in_query = true;
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        (app_id(), secret(), any::<bool>())
            .prop_map(|(id, secret, in_query)| {
                let mut request = Self::new(id, secret);
                request.in_query = in_query;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

const PATH: &str = "/[^?]{0,20}";

impl Case for GetApiQuota {
    const FOLDER: &'static str = "token/openapi-quota-get";

    fn full() -> Self {
        Self::new("/cgi-bin/message/mass/sendall")
    }

    fn requests() -> BoxedStrategy<Self> {
        PATH.prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetApiQuotaResponse> {
        let limit = || {
            maybe((number(), number()).prop_map(|(count, seconds)| RateLimit::new(count, seconds)))
        };
        (number(), number(), number(), limit(), limit())
            .prop_map(|(daily, used, remain, rate, component)| {
                let mut answer = GetApiQuotaResponse::new(Quota::new(daily, used, remain));
                answer.rate_limit = rate;
                answer.component_rate_limit = component;
                answer
            })
            .boxed()
    }
}

impl Case for ClearApiQuota {
    const FOLDER: &'static str = "token/openapi-quota-clear";

    fn full() -> Self {
        Self::new("/cgi-bin/message/mass/sendall")
    }

    fn requests() -> BoxedStrategy<Self> {
        PATH.prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for GetRequestRecord {
    const FOLDER: &'static str = "token/openapi-rid-get";

    fn full() -> Self {
        Self::new("65d8709e-495d7ac7-6d3f45f8")
    }

    fn requests() -> BoxedStrategy<Self> {
        words(40).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetRequestRecordResponse> {
        (number(), number(), text(), text(), text(), text())
            .prop_map(|(invoked_at, cost, query, request, response, ip)| {
                let mut answer = GetRequestRecordResponse::new(invoked_at);
                answer.cost_in_ms = cost;
                answer.query = query;
                answer.request_body = request;
                answer.response_body = response;
                answer.client_ip = ip;
                answer
            })
            .boxed()
    }
}
