//! Fuzz target: any bytes as the answer of each call, and as its request.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wechat_fuzz::endpoint(data));
