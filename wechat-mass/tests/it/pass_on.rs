//! What a journal over another one leaves to that.

pub(crate) mod of {
    //! What the methods speak of, wherever they are written.
    pub(crate) use std::time::{Duration, SystemTime};

    pub(crate) use wechat_mass::campaign::Plan;
    pub(crate) use wechat_mass::journal::{
        Entry, Hold, JobOwner, JournalError, News, Part, Rebooked,
    };
    pub(crate) use wechat_types::id::MsgId;
    pub(crate) use wechat_types::mass::MassReport;
}

/// Methods of [`Journal`](wechat_mass::journal::Journal) that do what those of a field do. They are written as
/// `async_trait` leaves such methods behind, which has been and gone when a macro is expanded.
macro_rules! pass_on {
    ($inner:tt: $($method:ident)+) => { $($crate::pass_on::pass_on! { @$method $inner })+ };
    (@worker $inner:tt) => {
        fn worker(&self) -> Option<&str> {
            self.$inner.worker()
        }
    };
    (@bind $inner:tt) => {
        $crate::pass_on::pass_on! { @fn $inner bind['a, 'b, 'c](plan: &'b $crate::pass_on::of::Plan, server: &'c str, moved: bool) -> () }
    };
    (@hold $inner:tt) => {
        $crate::pass_on::pass_on! { @fn $inner hold['a](part: $crate::pass_on::of::Part, span: $crate::pass_on::of::Duration) -> $crate::pass_on::of::Hold }
    };
    (@load $inner:tt) => { $crate::pass_on::pass_on! { @fn $inner load['a]() -> Vec<$crate::pass_on::of::Entry> } };
    (@record $inner:tt) => {
        $crate::pass_on::pass_on! { @fn $inner record['a, 'b, 'c](entry: &'b $crate::pass_on::of::Entry, rebooked: &'c [$crate::pass_on::of::Rebooked]) -> () }
    };
    (@flush $inner:tt) => { $crate::pass_on::pass_on! { @fn $inner flush['a]() -> () } };
    (@news $inner:tt) => { $crate::pass_on::pass_on! { @fn $inner news['a](number: u64) -> $crate::pass_on::of::News } };
    (@keep_report $inner:tt) => {
        $crate::pass_on::pass_on! { @fn $inner keep_report['a, 'b](report: &'b $crate::pass_on::of::MassReport, at: $crate::pass_on::of::SystemTime) -> () }
    };
    (@other_owner $inner:tt) => {
        $crate::pass_on::pass_on! { @fn $inner other_owner['a](msg_id: $crate::pass_on::of::MsgId, chunk: usize) -> Option<$crate::pass_on::of::JobOwner> }
    };
    (@other_open $inner:tt) => {
        $crate::pass_on::pass_on! { @fn $inner other_open['a](chunk: usize, msg_id: $crate::pass_on::of::MsgId) -> Option<$crate::pass_on::of::JobOwner> }
    };
    (@fn $inner:tt $name:ident[$first:lifetime $(, $life:lifetime)*]($($arg:ident: $type:ty),*) -> $out:ty) => {
        fn $name<$first, $($life,)* 'f>(
            &$first mut self,
            $($arg: $type,)*
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<$out, $crate::pass_on::of::JournalError>> + Send + 'f>>
        where
            $first: 'f,
            $($life: 'f,)*
            Self: 'f,
        {
            self.$inner.$name($($arg),*)
        }
    };
}

pub(crate) use pass_on;
