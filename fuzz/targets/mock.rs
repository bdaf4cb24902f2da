//! Fuzz target: any calls to the mock, one after the other.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wechat_fuzz::mock(data));
