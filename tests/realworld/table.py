"""The table: one row a package, a total, and the evidence below."""

from judges import JUDGES

NUMBERS = ["files", "python", "MB", "found", "fixed", "held", "left", "s", "cpu", "peak"]
WIDTH = 26


def header():
    cells = [f"{name:>6}" for name in NUMBERS] + [f"{one.__name__:>8}" for one in JUDGES]
    return f"{'package':{WIDTH}} " + " ".join(cells)


def numbers(case):
    """The figures of a package, by column."""
    summary, left = case.summary, case.left["summary"]
    found = sum(summary["findings"].values())
    return {
        "files": len(case.before),
        "python": sum(path.endswith((".py", ".pyi")) for path in case.before),
        "MB": round(case.megabytes, 1),
        "found": found,
        "fixed": found - sum(left["findings"].values()),
        "held": left["held_for_review"],
        "left": left["left"],
        "s": round(max(one.seconds for one in case.runs.values()), 2),
        "cpu": round(max(one.cpu for one in case.runs.values()), 2),
        "peak": round(max(one.peak for one in case.runs.values()) / 1e6),
    }


def row(name, figures, wrong):
    cells = [f"{figures[column]:>6}" for column in NUMBERS]
    cells += [f"{cell(wrong[one.__name__]):>8}" for one in JUDGES]
    return f"{name[:WIDTH]:{WIDTH}} " + " ".join(cells)


def cell(wrong):
    if wrong is None:
        return "-"
    return str(len(wrong)) if wrong else "ok"


def total(results):
    """The last row: sums, but the longest time and the highest peak."""
    figures = {}
    for column in NUMBERS:
        values = [one["figures"][column] for one in results]
        together = max if column in ("s", "cpu", "peak") else sum
        figures[column] = round(together(values), 2) if values else 0
    wrong = {}
    for one in JUDGES:
        lists = [result["wrong"][one.__name__] for result in results if result["wrong"][one.__name__] is not None]
        wrong[one.__name__] = [what for found in lists for what in found] if lists else None
    return row(f"total of {len(results)}", figures, wrong)


def evidence(results, most=12):
    """What is wrong, a paragraph for each package and judge."""
    lines = []
    for result in results:
        for name, found in result["wrong"].items():
            if not found:
                continue
            lines.append(f"\n{result['name']}: {name}: {len(found)} wrong")
            lines += [f"  {what}" for what in found[:most]]
            if len(found) > most:
                lines.append(f"  and {len(found) - most} more (--json FILE lists all)")
    return lines
