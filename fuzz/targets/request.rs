//! Fuzz target: any query and body, in every mode.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wechat_fuzz::request(data));
