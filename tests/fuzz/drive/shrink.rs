//! Smaller inputs that still fail.

/// So often the target is run for it.
const MOST_RUNS: usize = 1_500;

/// Takes out stretches, the longest first, as long as what is left fails.
pub fn smaller(data: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut best = data.to_vec();
    let mut runs = 0;
    let mut length = best.len().div_ceil(2);
    while length > 0 && runs < MOST_RUNS {
        let mut at = 0;
        let mut any = false;
        while at < best.len() && runs < MOST_RUNS {
            let mut less = best.clone();
            less.drain(at..(at + length).min(best.len()));
            runs += 1;
            if fails(&less) {
                best = less;
                any = true;
            } else {
                at += length;
            }
        }
        if !any || length > 1 {
            length /= 2;
        }
    }
    best
}

#[test]
fn what_does_not_matter_goes() {
    let data = b"some text\nwith the one word in it, and more behind it";
    let found = smaller(data, |data| data.windows(4).any(|part| part == b"word"));
    assert_eq!(found, b"word");
}
