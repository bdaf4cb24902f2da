//! card_*, user_*_card, poi_*, guide_* and the like: events of single products, known by name.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Cards_and_Offer/Coupons_Vouchers_and_Cards_Event_Push_Messages.html>

/// An event of one product. What it says stands in [`Callback::fields`](crate::Callback::fields).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProductEvent {
    /// A card passed its review.
    #[doc(alias = "card_pass_check")]
    CardPassCheck,
    /// A card did not pass its review.
    #[doc(alias = "card_not_pass_check")]
    CardNotPassCheck,
    /// A user got a card.
    #[doc(alias = "user_get_card")]
    UserGetCard,
    /// A user gives a card to somebody.
    #[doc(alias = "user_gifting_card")]
    UserGiftingCard,
    /// A user deleted a card.
    #[doc(alias = "user_del_card")]
    UserDelCard,
    /// A card was used.
    #[doc(alias = "user_consume_card")]
    UserConsumeCard,
    /// A user paid from a card.
    #[doc(alias = "user_pay_from_pay_cell")]
    UserPayFromPayCell,
    /// A user looked at a membership card.
    #[doc(alias = "user_view_card")]
    UserViewCard,
    /// A user opened the account from a card.
    #[doc(alias = "user_enter_session_from_card")]
    UserEnterSessionFromCard,
    /// A membership card's content changed.
    #[doc(alias = "update_member_card")]
    UpdateMemberCard,
    /// A card's stock is low.
    #[doc(alias = "card_sku_remind")]
    CardSkuRemind,
    /// The account's balance for cards changed.
    #[doc(alias = "card_pay_order")]
    CardPayOrder,
    /// A user activated a membership card by a form.
    #[doc(alias = "submit_membercard_user_info")]
    SubmitMemberCardUserInfo,
    /// A sub-merchant for cards was reviewed.
    #[doc(alias = "card_merchant_check_result")]
    CardMerchantCheckResult,
    /// A user authorised an invoice.
    #[doc(alias = "user_authorize_invoice")]
    UserAuthorizeInvoice,
    /// An order in the retired shop was paid.
    #[doc(alias = "merchant_order")]
    MerchantOrder,
    /// A place was reviewed.
    #[doc(alias = "poi_check_notify")]
    PoiCheckNotify,
    /// A user shook near a beacon.
    ShakearoundUserShake,
    /// A user joined a wireless network.
    WifiConnected,
    /// A user scanned a shopping guide's code.
    #[doc(alias = "guide_qrcode_scan_event")]
    GuideQrcodeScan,
}

/// Each with its name on the wire.
const NAMES: [(ProductEvent, &str); 20] = [
    (ProductEvent::CardPassCheck, "card_pass_check"),
    (ProductEvent::CardNotPassCheck, "card_not_pass_check"),
    (ProductEvent::UserGetCard, "user_get_card"),
    (ProductEvent::UserGiftingCard, "user_gifting_card"),
    (ProductEvent::UserDelCard, "user_del_card"),
    (ProductEvent::UserConsumeCard, "user_consume_card"),
    (ProductEvent::UserPayFromPayCell, "user_pay_from_pay_cell"),
    (ProductEvent::UserViewCard, "user_view_card"),
    (ProductEvent::UserEnterSessionFromCard, "user_enter_session_from_card"),
    (ProductEvent::UpdateMemberCard, "update_member_card"),
    (ProductEvent::CardSkuRemind, "card_sku_remind"),
    (ProductEvent::CardPayOrder, "card_pay_order"),
    (ProductEvent::SubmitMemberCardUserInfo, "submit_membercard_user_info"),
    (ProductEvent::CardMerchantCheckResult, "card_merchant_check_result"),
    (ProductEvent::UserAuthorizeInvoice, "user_authorize_invoice"),
    (ProductEvent::MerchantOrder, "merchant_order"),
    (ProductEvent::PoiCheckNotify, "poi_check_notify"),
    (ProductEvent::ShakearoundUserShake, "ShakearoundUserShake"),
    (ProductEvent::WifiConnected, "WifiConnected"),
    (ProductEvent::GuideQrcodeScan, "guide_qrcode_scan_event"),
];

impl ProductEvent {
    /// The name on the wire, as the documents write it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(event, _)| *event == self).map_or("", |(_, name)| name)
    }

    pub(super) fn from_name(text: &str) -> Option<Self> {
        let same = |name: &str| name.eq_ignore_ascii_case(text);
        NAMES.iter().find(|(_, name)| same(name)).map(|(event, _)| *event)
    }
}
