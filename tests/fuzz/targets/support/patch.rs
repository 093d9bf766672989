//! Applies unified diffs, by the letter.

/// The text that a diff of one file makes of `old`. Panics where the diff does not fit.
pub fn apply(old: &[u8], patch: &[u8]) -> Vec<u8> {
    let old = lines(old);
    let patch = lines(patch);
    let mut out: Vec<u8> = Vec::new();
    let mut copied = 0;
    let mut at = patch.iter().position(|line| line.starts_with(b"@@ ")).unwrap_or(patch.len());
    while at < patch.len() {
        let [old_start, old_count, _, new_count] = numbers(patch[at]);
        // An empty range names the line before it.
        let start = if old_count == 0 { old_start } else { old_start - 1 };
        assert!(start >= copied, "hunks overlap");
        out.extend(old[copied..start].concat());
        copied = start;
        at += 1;
        let (mut taken, mut made) = (0, 0);
        while taken < old_count || made < new_count {
            let (sign, body) = patch[at].split_first().expect("a line of a hunk has a sign");
            let cut = patch.get(at + 1).is_some_and(|next| next.starts_with(b"\\ No newline"));
            let body = if cut { body.strip_suffix(b"\n").unwrap() } else { body };
            if matches!(sign, b' ' | b'-') {
                assert_eq!(old[copied], body, "a line of the diff is not the file's");
                (copied, taken) = (copied + 1, taken + 1);
            }
            if matches!(sign, b' ' | b'+') {
                out.extend_from_slice(body);
                made += 1;
            }
            assert!(matches!(sign, b' ' | b'-' | b'+'), "a sign that no diff has");
            at += 1 + usize::from(cut);
        }
        assert_eq!((taken, made), (old_count, new_count), "a hunk is longer than it says");
    }
    out.extend(old[copied..].concat());
    out
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// `@@ -1,2 +3,4 @@`; a count that is not there is one.
fn numbers(header: &[u8]) -> [usize; 4] {
    let text = String::from_utf8_lossy(header);
    let mut words = text.split(' ').skip(1);
    let mut pair = |sign: char| {
        let word = words.next().and_then(|word| word.strip_prefix(sign)).expect("a range");
        let (start, count) = word.split_once(',').unwrap_or((word, "1"));
        [start.parse().expect("a number"), count.parse().expect("a number")]
    };
    let ([a, b], [c, d]) = (pair('-'), pair('+'));
    [a, b, c, d]
}
