//! What inputs begin with: the fixtures, and small ones beside the targets.

use std::path::{Path, PathBuf};

use super::Target;

/// The fixtures' programs: the files of each, as their relative path and bytes.
pub fn programs() -> Vec<Vec<(String, Vec<u8>)>> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let cases = walkdir::WalkDir::new(&top).min_depth(3).max_depth(3).sort_by_file_name();
    let before = cases.into_iter().flatten().filter(|entry| entry.file_name() == "before");
    before.map(|entry| files(entry.path())).collect()
}

fn files(root: &Path) -> Vec<(String, Vec<u8>)> {
    let all = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    let python = all.filter(|entry| {
        entry.path().extension().is_some_and(|extension| extension == "py" || extension == "pyi")
    });
    python
        .map(|entry| {
            let relative = entry.path().strip_prefix(root).unwrap();
            (relative.display().to_string(), std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Every file of the fixtures' programs alone.
pub fn texts() -> Vec<Vec<u8>> {
    let files = programs().into_iter().flatten();
    let mut texts: Vec<Vec<u8>> = files.map(|(_, text)| text).filter(|t| !t.is_empty()).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// The same bytes before every text.
pub fn headed(texts: Vec<Vec<u8>>, length: usize) -> Vec<Vec<u8>> {
    let headed = texts.into_iter().enumerate().map(|(number, text)| {
        let mut random = super::random::Random(number as u64);
        let head = (0..length).map(|_| random.next().to_le_bytes()[0]);
        head.chain(text).collect()
    });
    headed.collect()
}

/// Literal texts as seeds.
pub fn literal(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Writes the seeds and the words of a target as libFuzzer reads them.
pub fn write(target: &Target, folder: &Path) {
    let corpus: PathBuf = folder.join(target.name);
    std::fs::create_dir_all(&corpus).unwrap();
    for (number, seed) in target.seeds.iter().enumerate() {
        std::fs::write(corpus.join(format!("seed-{number:05}")), seed).unwrap();
    }
    let escaped = |word: &str| -> String {
        let bytes: Vec<String> = word.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        format!("\"{}\"\n", bytes.concat())
    };
    let words: Vec<String> = target.words.iter().map(|word| escaped(word)).collect();
    let words = words.concat();
    std::fs::write(folder.join(format!("{}.dict", target.name)), words).unwrap();
}
