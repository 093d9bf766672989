#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| untrust_fuzz::git::target(data));
