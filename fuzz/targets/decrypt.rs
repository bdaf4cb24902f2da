//! Fuzz target: any Encrypt text, and any bytes inside of a good one.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wechat_fuzz::decrypt(data));
