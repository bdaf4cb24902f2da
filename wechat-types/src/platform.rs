//! The platform itself: its addresses, its way to your callback, call quotas, request ids.

mod check_callback;
mod clear_api_quota;
mod clear_quota;
mod clear_quota_by_secret;
mod get_api_domain_ips;
mod get_api_quota;
mod get_callback_ips;
mod get_request_record;

pub use check_callback::{
    CheckAction, CheckCallback, CheckCallbackResponse, Operator, Ping, Resolved,
};
pub use clear_api_quota::ClearApiQuota;
pub use clear_quota::ClearQuota;
pub use clear_quota_by_secret::ClearQuotaBySecret;
pub use get_api_domain_ips::{GetApiDomainIps, GetApiDomainIpsResponse};
pub use get_api_quota::{GetApiQuota, GetApiQuotaResponse, Quota, RateLimit};
pub use get_callback_ips::{GetCallbackIps, GetCallbackIpsResponse};
pub use get_request_record::{GetRequestRecord, GetRequestRecordResponse};
