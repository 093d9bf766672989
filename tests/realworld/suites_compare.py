"""Compares the outcomes of two test runs with what suites.toml expects, and prints the table."""

import fnmatch


def count(outcomes):
    """How many tests ended how."""
    found = [outcome for outcome, _ in outcomes.values()]
    kinds = [kind for kind in ("passed", "failed", "error", "skipped") if kind in found]
    return ", ".join(f"{found.count(kind)} {kind}" for kind in kinds)


def differences(before, after):
    """[(test, outcome before, outcome after, message after)] of all tests that ended differently."""
    missing = ("missing", "")
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, missing), after.get(name, missing)
        if old[0] != new[0]:
            found.append((name, old[0], new[0], new[1]))
    return found


def explains(row, variant, difference):
    """Whether this row of suites.toml is about the difference: its test, its variant and its message."""
    name, old, new, message = difference
    if variant not in row.get("variants", ["fix", "review"]) or old != "passed" or new not in ("failed", "error"):
        return False
    if row["message"] not in message:
        return False
    return any(fnmatch.fnmatchcase(name, escaped(pattern)) for pattern in row["tests"])


def escaped(pattern):
    """Brackets are part of a test's name, not of the pattern."""
    return pattern.replace("[", "[[]")


def row(suite, variant, changes, before, after):
    """One line of the table, and what stands below it."""
    found = differences(before, after)
    rows = [expected for expected in suite.get("expect", []) if variant in expected.get("variants", ["fix", "review"])]
    explained, unexplained = [], []
    used = set()
    for difference in found:
        index = next((i for i, expected in enumerate(rows) if explains(expected, variant, difference)), None)
        (unexplained if index is None else explained).append(difference)
        used.add(index)
    return {
        "package": f"{suite['name']} {suite['version']}",
        "variant": variant,
        "tests": len({*before, *after}),
        "before": sum(outcome == "passed" for outcome, _ in before.values()),
        "after": sum(outcome == "passed" for outcome, _ in after.values()),
        "files": len(changes["files"]),
        "executed": f"{changes['executed']}/{changes['statements']}",
        "expected": explained,
        "unexplained": unexplained,
        "stale": [expected for i, expected in enumerate(rows) if i not in used],
        "again": changes["again"],
        "reasons": [expected["reason"] for i, expected in enumerate(rows) if i in used],
    }


HEADINGS = ["package", "variant", "tests", "passed before", "passed after", "files changed", "edits run",
            "expected", "unexplained"]


def table(rows):
    """Prints one line for each package and variant, then the differences."""
    lines = [HEADINGS]
    for line in rows:
        lines.append([line["package"], line["variant"], line["tests"], line["before"], line["after"], line["files"],
                      line["executed"], len(line["expected"]), len(line["unexplained"])])
    widths = [max(len(str(line[i])) for line in lines) for i in range(len(HEADINGS))]
    print()
    for line in lines:
        cells = [str(cell).ljust(width) if i < 2 else str(cell).rjust(width)
                 for i, (cell, width) in enumerate(zip(line, widths, strict=True))]
        print("  ".join(cells).rstrip())
    for line in rows:
        details(line)


def details(line):
    """Prints the reasons of the expected differences, and all that nobody expected."""
    title = f"\n{line['package']} ({line['variant']})"
    if not (line["expected"] or line["unexplained"] or line["stale"] or line["again"]):
        return
    print(title)
    for reason in line["reasons"]:
        print(f"  expected: {reason}")
    for name, old, new, message in line["unexplained"]:
        print(f"  unexplained: {name}: {old}, then {new}: {message.strip()[:300]}")
    for expected in line["stale"]:
        print(f"  expected, but did not happen: {', '.join(expected['tests'])}")
    if line["again"]:
        print("  a second run still has changes:\n" + line["again"])
