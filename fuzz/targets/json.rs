//! Fuzz target: any bytes behind a brace as the body of a plain, signed push.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wechat_fuzz::json_body(data));
