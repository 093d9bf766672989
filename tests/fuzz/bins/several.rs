#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| untrust_fuzz::several::target(data));
