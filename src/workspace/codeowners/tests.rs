use super::*;

fn of(list: &str, path: &str) -> String {
    Owners::parse(list.as_bytes()).of(Path::new(path)).join(" ")
}

/// A pattern, paths that it is about, and paths that it is not about.
const PATTERNS: &[(&str, &[&str], &[&str])] = &[
    ("*", &["a.py", "a/b/c.py", ".hidden"], &[]),
    ("/*", &["a.py"], &["a/b.py"]),
    ("*.js", &["a.js", "x/y/a.js"], &["a.jsx", "js"]),
    ("/*.js", &["a.js"], &["x/a.js"]),
    ("/build/logs/", &["build/logs/a", "build/logs/x/y"], &["build/logs", "x/build/logs/a"]),
    ("docs/*", &["docs/a.md"], &["docs/build-app/a.md", "x/docs/a.md", "docs"]),
    ("/docs/*", &["docs/a.md"], &["docs/build-app/a.md", "x/docs/a.md"]),
    ("docs/*.md", &["docs/a.md"], &["docs/x/a.md", "docs/a.txt"]),
    ("docs/**", &["docs/a.md", "docs/x/y.md"], &["x/docs/a.md"]),
    ("docs/**/*.md", &["docs/a.md", "docs/x/y/a.md"], &["docs/a.txt", "a.md"]),
    ("apps/", &["apps/a", "x/y/apps/z/a"], &["apps", "xapps/a"]),
    ("/apps/", &["apps/a", "apps/x/a"], &["x/apps/a"]),
    ("/apps/github", &["apps/github", "apps/github/a/b"], &["apps/githubx", "x/apps/github"]),
    ("apps/github", &["apps/github", "apps/github/a"], &["x/apps/github"]),
    ("github", &["github", "x/github", "x/github/y"], &["githubx", "x/agithub"]),
    ("**/logs", &["logs", "logs/a", "build/logs/a", "deeply/nested/logs/a"], &["x/alogs", "logsx"]),
    ("**/logs/*.log", &["logs/a.log", "x/logs/a.log"], &["logs/x/a.log"]),
    ("a/**/b", &["a/b", "a/x/b", "a/x/y/b/c"], &["b", "a/xb"]),
    ("**", &["a", "a/b"], &[]),
    ("a?c", &["abc", "x/abc"], &["ac", "a/c", "abbc"]),
    ("Docs/", &["Docs/a"], &["docs/a"]),
    ("path\\ with\\ spaces/", &["path with spaces/a"], &["path/a", "with/a"]),
    ("a{b,c}.py", &["a{b,c}.py"], &["ab.py", "ac.py"]),
    ("a+b.py", &["a+b.py"], &["aab.py"]),
    ("src/*/main.py", &["src/a/main.py"], &["src/main.py", "src/a/b/main.py"]),
    ("src/*/", &["src/a/b", "src/a/b/c"], &["src/a"]),
    ("é.py", &["é.py", "x/é.py"], &["e.py"]),
    ("a#b.py", &["a#b.py"], &["a"]),
];

#[test]
fn patterns_match_what_github_says() {
    for (pattern, matching, others) in PATTERNS {
        let list = format!("{pattern} @o\n");
        for path in *matching {
            assert_eq!(of(&list, path), "@o", "{pattern} is about {path}");
        }
        for path in *others {
            assert_eq!(of(&list, path), "", "{pattern} is not about {path}");
        }
    }
}

/// The example of GitHub's documentation, as facts.
const EXAMPLE: &str = "\
# a comment
*       @global-owner1 @global-owner2

*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
";

#[test]
fn the_last_line_that_matches_decides() {
    for (path, owners) in [
        ("README.md", "@global-owner1 @global-owner2"),
        ("x/a.js", "@js-owner"),
        ("x/a.go", "docs@example.com"),
        ("a.txt", "@octo-org/octocats"),
        ("build/logs/a.js", "@octocat"),
        ("build/a.js", "@js-owner"),
        ("docs/a.md", "@doctocat"),
        ("x/apps/a.go", "@octocat"),
        ("scripts/a.js", "@doctocat @octocat"),
        ("deeply/nested/logs/a.js", "@octocat"),
        ("apps/a.js", "@octocat"),
        ("apps/github", ""),
        ("apps/github/a.js", ""),
    ] {
        assert_eq!(of(EXAMPLE, path), owners, "{path}");
    }
}

#[test]
fn a_later_line_gives_a_folder_back() {
    let list = "/apps/ @octocat\n/apps/github @doctocat\n";
    assert_eq!(of(list, "apps/github/a"), "@doctocat");
    assert_eq!(of(list, "apps/other/a"), "@octocat");
}

#[test]
fn lines_that_github_takes_for_invalid_are_skipped() {
    let before = "* @all\n";
    for line in [
        "!*.py @o",
        "*.[ch] @o",
        "[ab].py @o",
        "[ab]x @o",
        "app/[id]/page.py @o",
        "\\#a.py @o",
        "*.py owner-without-a-sign",
        "*.py @o, @p@q",
        "*.py @",
        "/ @o",
        "# *.py @o",
        "#*.py @o",
    ] {
        let list = format!("{before}{line}\n");
        for path in ["a.py", "a.c", "b.py", "#a.py", "ax", "app/i/page.py", "!x.py"] {
            assert_eq!(of(&list, path), "@all", "{line}: {path}");
        }
    }
}

#[test]
fn comments_blanks_and_line_endings() {
    for (list, owners) in [
        ("\u{feff}a.py @o\r\n", "@o"),
        ("  a.py\t@o  \t@p  # @q\n", "@o @p"),
        ("a.py @o #@q", "@o"),
        ("a.py #@q", ""),
        ("* @all\na.py # nobody", ""),
        ("a.py @o @o", "@o"),
        ("a.py @o#p", "@o#p"),
        ("", ""),
        ("\n\n#\n", ""),
    ] {
        assert_eq!(of(list, "a.py"), owners, "{list:?}");
    }
}

#[test]
fn each_section_of_gitlab_adds_its_last_match() {
    let list = "\
* @general
[Documentation][2] @docs-team
docs/
README.md @readme
^[Database] @database-team
model/db/
config/db/setup.md @docs-team
[DOCUMENTATION]
docs/internal @inside
";
    for (path, owners) in [
        ("a.py", "@general"),
        ("docs/a.md", "@general @docs-team"),
        ("README.md", "@general @readme"),
        ("docs/internal/a.md", "@general @inside"),
        ("model/db/a.py", "@general @database-team"),
        ("config/db/setup.md", "@general @docs-team"),
        ("docs/README.md", "@general @readme"),
        // A heading is no pattern.
        ("D", "@general"),
    ] {
        assert_eq!(of(list, path), owners, "{path}");
    }
}

#[test]
fn the_first_place_counts() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    let owner = || {
        let owners = Owners::load(base).unwrap();
        let list = owners.list.clone().unwrap_or_default();
        format!("{} {}", list.display(), owners.of(Path::new("a.py")).join(" "))
    };
    assert_eq!(owner(), " ");
    for place in PLACES.iter().rev() {
        std::fs::create_dir_all(base.join(place).parent().unwrap()).unwrap();
        std::fs::write(base.join(place), format!("* @{}\n", place.len())).unwrap();
        assert_eq!(owner(), format!("{place} @{}", place.len()));
    }
    std::fs::write(base.join(PLACES[0]), "").unwrap();
    assert_eq!(owner(), ".github/CODEOWNERS ", "an empty list is one");
    std::fs::remove_file(base.join(PLACES[0])).unwrap();
    std::fs::create_dir(base.join(PLACES[0])).unwrap();
    assert_eq!(owner(), "CODEOWNERS @10", "a folder is none");
}

#[test]
fn a_list_that_is_too_large_gives_no_owners() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("CODEOWNERS");
    let text = |size: usize| format!("* @o\n#{}", "x".repeat(size - 6));
    std::fs::write(&list, text(3 << 20)).unwrap();
    assert_eq!(Owners::load(folder.path()).unwrap().of(Path::new("a")), ["@o"]);
    std::fs::write(&list, text((3 << 20) + 1)).unwrap();
    let owners = Owners::load(folder.path()).unwrap();
    assert!(owners.of(Path::new("a")).is_empty());
    assert!(owners.refused.unwrap().contains("3 MiB"));
}

#[cfg(unix)]
#[test]
fn links_and_special_files_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("tree");
    std::fs::create_dir_all(&base).unwrap();
    std::fs::create_dir_all(folder.path().join("outside")).unwrap();
    std::fs::write(folder.path().join("outside/CODEOWNERS"), "* @o\n").unwrap();
    let refused = || {
        let owners = Owners::load(&base).unwrap();
        assert!(owners.of(Path::new("a")).is_empty());
        owners.refused.unwrap()
    };
    let list = base.join("CODEOWNERS");
    std::os::unix::fs::symlink("../outside/CODEOWNERS", &list).unwrap();
    assert_eq!(refused(), "it is not a regular file");
    std::fs::remove_file(&list).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&list).status().unwrap().success());
    assert_eq!(refused(), "it is not a regular file");
    std::os::unix::fs::symlink("../outside", base.join(".github")).unwrap();
    assert_eq!(refused(), "it leads out of the repository");
}

#[test]
fn patterns_that_try_everything_end_soon() {
    let path = format!("{}x", "a/".repeat(200));
    let list = format!("{}b @o\n", "**/a*".repeat(30)).repeat(100)
        + &format!("{}b @o\n", "*a".repeat(60)).repeat(100);
    let before = std::time::Instant::now();
    assert_eq!(of(&list, &path), "");
    assert_eq!(of(&list, &"a".repeat(4000)), "");
    assert!(before.elapsed() < std::time::Duration::from_secs(10), "{:?}", before.elapsed());
}
