#!/usr/bin/env bash
# Measures untrust against ripgrep, ruff and ast-grep on the same files of well-known packages.
# It is a measurement, no test: the exit status is 0 whether the targets are met or not, and
# another one only if something could not be run. How to read it: benches/README.md.
set -euo pipefail

# What untrust's prefilter looks for (the `literals` of the transforms). rg looks for the same.
literals=(torch yaml numpy trust_remote_code trust-remote-code trust_repo nosec NOSEC NoSec Nosec)

# ruff's rules in the same field. The parser takes most of its time, whatever is selected.
ruff_rules=S102,S301,S307,S506,S602,S604,S605

# The tools and the packages are pinned, the packages by hash too, so that everybody measures the
# same on the same files.
ruff_version=0.17.6
ast_grep_version=0.51.1
wheels=(
    "transformers==4.57.1 b10d05da8fa67dc41644dbbf9bc45a44cb86ae33da6f9295f5fbf5b7890bd267"
    "botocore==1.44.5 8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921"
    "sympy==1.14.0 e091cc3e99d2141a0ba2847328f5479b05d94a6635cb96148ccb3f34671bd8f5"
    "django==6.1.3 a0530e3fdac55d34ccc5893c36f6c57d7a7083064f3d414537e51473648b3290"
    "pandas==3.1.1 028490c8ac2e03e18c9b08b7f3612e149b03570209bcf741d23833a7a5377ab2"
    "scipy==1.18.1 f55fa87b6c612ecd6b058f167c53231b1d14e412efe361d3d6e38b3631c73218"
    "scikit-learn==1.9.1 e5d7b18a5b9dca241a74695f3275fa4c895a9dadc72b3d8df5fa9d1083c9b83e"
    "matplotlib==3.11.2 df4f7784aca81a94f254c0a2767d592ee25f407e488f5fa7203e51093fb6ca27"
    "mypy==2.4.1 a20ff6cd2af7a670c64f089bfa5fbcebe8ff3bf896c5e6ac7c9862c7960e4494"
    "networkx==3.7 e3fd2c13a7814cee3746340d8d7f8598a67f16a58bf47fb7f8793fab6efca1b0"
    "kubernetes==37.0.2 d72683392fc10f59fb78b89bd91cb3be60a05d6ff0bbb2150966a224af6edc03"
    "ansible==14.5.0 245623ccc2d31d0f6f4bdb63168d550cad305fb032cc43d96e8f61ce8ab0ba84"
    "google-cloud-aiplatform==2.7.0 156ede4a6c304119195dbdaedaba8c33872f6d80b6525482dccb95f76405bd31"
)
# Packages without a wheel. A newer salt brings a build backend of its own, which pip would run.
sources=(
    "salt==3007.13 c663a7386cbd47afe94a6d8b0b1af1fccdc35059ccec2b93310e7920705344fb"
)

usage() {
    cat <<'USAGE'
Usage: benches/compare.sh [--bin PATH] [--runs N] [--skip-ast-grep]

  --bin PATH        The untrust to measure [default: target/release/untrust, built if missing]
  --runs N          How often each tool runs; the minimum counts [default: 5]
  --skip-ast-grep   Leave out the slowest tool
USAGE
}

say() { printf '%s\n' "$*" >&2; }
die() {
    say "compare.sh: $*"
    exit 2
}

benches=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
work=$benches/work
downloads=$work/downloads
tree=$work/tree
untrust=
runs=5
ast_grep_too=yes

while (($#)); do
    case $1 in
    --bin)
        (($# > 1)) || die "--bin needs a path"
        untrust=$2
        shift
        ;;
    --runs)
        [[ ${2-} =~ ^[1-9][0-9]*$ ]] || die "--runs needs a number from 1"
        runs=$2
        shift
        ;;
    --skip-ast-grep) ast_grep_too=no ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        die "unknown option: $1"
        ;;
    esac
    shift
done

command -v python3 >/dev/null || die "python3 is needed"
mkdir -p "$downloads" "$tree"

# --- The tools --------------------------------------------------------------------------------

if [[ -z $untrust ]]; then
    untrust=$benches/../target/release/untrust
    if [[ ! -x $untrust ]]; then
        say "building untrust"
        (cd "$benches/.." && cargo build --release --locked) >&2
    fi
fi
[[ -x $untrust && -f $untrust ]] || die "no program: $untrust"
untrust=$(cd -- "$(dirname -- "$untrust")" && pwd)/$(basename -- "$untrust")

# The folder carries the versions, so that a changed pin is installed anew.
venv=$work/venv-ruff-$ruff_version-ast-grep-$ast_grep_version
if [[ ! -e $venv/complete ]]; then
    say "installing ruff $ruff_version and ast-grep $ast_grep_version"
    rm -rf "$venv"
    python3 -m venv "$venv" || die "python3 cannot make a virtual environment"
    "$venv/bin/python" -m pip --disable-pip-version-check install --quiet \
        "ruff==$ruff_version" "ast-grep-cli==$ast_grep_version" >&2 ||
        die "ruff and ast-grep could not be installed"
    touch "$venv/complete"
fi
ruff=$venv/bin/ruff
ast_grep=$venv/bin/ast-grep

# The system's rg, else Debian's unpacked into the work folder: that needs no root and leaves the
# system as it is.
rg=$(type -P rg || true)
if [[ -z $rg ]]; then
    rg=$work/rg/usr/bin/rg
    if [[ ! -x $rg ]] && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
        say "downloading ripgrep"
        (
            cd "$downloads"
            apt-get download -qq ripgrep >&2 && dpkg-deb -x ripgrep_*.deb "$work/rg"
        ) || say "apt-get could not download ripgrep ('apt-get update' as root may be missing)"
    fi
    [[ -x $rg ]] || die "rg is needed: install ripgrep with the system's package manager, or with
'cargo install ripgrep', and see to it that rg is on the PATH"
fi

# --- The files --------------------------------------------------------------------------------

# Prints the path of a pin's archive; fails if it is not there.
archive() {
    local pin=${1%% *} name found
    name=${pin%%==*}
    for found in "$downloads/${name//-/_}-${pin##*==}"{-*.whl,.tar.gz}; do
        [[ -f $found ]] && printf '%s\n' "$found" && return
    done
    return 1
}

# Downloads the pins that are not there: download KIND PIN... -- OPTION...
download() {
    local list=$work/$1.txt
    shift
    : >"$list"
    while [[ $1 != -- ]]; do
        archive "$1" >/dev/null || printf '%s --hash=sha256:%s\n' "${1%% *}" "${1##* }" >>"$list"
        shift
    done
    shift
    [[ -s $list ]] || return 0
    say "downloading $(sed 's/ .*//' "$list" | tr '\n' ' ')"
    "$venv/bin/python" -m pip --disable-pip-version-check download --quiet --no-deps \
        --require-hashes --dest "$downloads" --requirement "$list" "$@" >&2 ||
        die "the packages could not be downloaded"
}

# One platform for all, whatever machine this is: nothing of the packages is run.
download wheels "${wheels[@]}" -- --only-binary=:all: --implementation cp --python-version 3.12 \
    --platform manylinux2014_x86_64 --platform manylinux_2_27_x86_64 \
    --platform manylinux_2_28_x86_64

# pip asks an archive's build backend for the metadata, and that runs the package's setup.py.
# This stands in for the backend and copies what the archive has in PKG-INFO.
stand_in=$work/stand-in
mkdir -p "$stand_in/setuptools"
: >"$stand_in/setuptools/__init__.py"
cat >"$stand_in/setuptools/build_meta.py" <<'PYTHON'
import email.parser
import pathlib
import sys


def prepare_metadata_for_build_wheel(folder, settings=None):
    text = pathlib.Path("PKG-INFO").read_text(encoding="utf-8")
    head = email.parser.Parser().parsestr(text)
    name = f"{head['Name']}-{head['Version']}.dist-info"
    pathlib.Path(folder, name).mkdir()
    pathlib.Path(folder, name, "METADATA").write_text(text, encoding="utf-8")
    return name


__legacy__ = sys.modules[__name__]
PYTHON
PYTHONPATH=$stand_in download sources "${sources[@]}" -- --no-binary=:all: \
    --no-build-isolation --use-pep517

# The tree holds what the pins say and nothing else, also after a pin was changed.
wanted=" "
for pin in "${wheels[@]}" "${sources[@]}"; do
    folder=${pin%% *}
    folder=${folder/==/-}
    wanted+="$folder "
    [[ -d $tree/$folder ]] && continue
    file=$(archive "$pin") || die "no archive of ${pin%% *}"
    # A folder is given its name when it is complete.
    rm -rf "$work/unpacking"
    mkdir "$work/unpacking"
    case $file in
    *.whl) python3 -m zipfile -e "$file" "$work/unpacking" ;;
    *) tar -xzf "$file" -C "$work/unpacking" ;;
    esac
    mv "$work/unpacking" "$tree/$folder"
done
for folder in "$tree"/*; do
    [[ $wanted == *" $(basename "$folder") "* ]] || rm -rf "$folder"
done

# --- The commands -----------------------------------------------------------------------------

# Each tool is to look at the same files: every *.py and *.pyi, whatever an ignore file says (the
# work folder itself is ignored by git) and whatever a tool leaves out by default.
rg_files=("$rg" --no-config --no-ignore --hidden -g '*.py' -g '*.pyi')
rg_command=("${rg_files[@]}" -l -F)
for literal in "${literals[@]}"; do
    rg_command+=(-e "$literal")
done
rg_command+=("$tree")

# The root is the program that untrust takes into account; by default that were this repository.
untrust_command=("$untrust" check --include-tests --exit-zero --no-gitignore --root "$tree" "$tree")

ruff_files=("$ruff" check --isolated --no-cache --no-respect-gitignore
    --config 'exclude = []' --config 'include = ["*.py", "*.pyi"]')
ruff_command=("${ruff_files[@]}" --select "$ruff_rules" --exit-zero "$tree")

ast_grep_scan=("$ast_grep" scan --config "$benches/sgconfig.yml")
for kind in hidden dot exclude global parent vcs; do
    ast_grep_scan+=(--no-ignore "$kind")
done
# What the summary says, on standard error, is how many files were scanned.
ast_grep_command=("${ast_grep_scan[@]}" --inspect summary "$tree")

# --- Do they all work? ------------------------------------------------------------------------

say "reading all files once"
python_files() { find "$tree" -type f \( -name '*.py' -o -name '*.pyi' \) "$@"; }
python_files -exec cat {} + >/dev/null
files=$(python_files -print | wc -l)

# A tool that looks at nothing is quick: each has to see the files and to find something.
json() { python3 -c "import json, sys; data = json.load(sys.stdin); print($1)"; }
read -r untrust_files untrust_found < <("${untrust_command[@]}" --quiet --format json |
    json 'data["summary"]["files"], len(data["findings"])') || die "untrust does not work"
rg_seen=$("${rg_files[@]}" --files "$tree" | wc -l)
rg_found=$("${rg_command[@]}" | wc -l) || die "rg does not work"
ruff_seen=$("${ruff_files[@]}" --show-files "$tree" | wc -l)
ruff_found=$("${ruff_command[@]}" --output-format json | json 'len(data)') ||
    die "ruff does not work"
((rg_found && untrust_found && ruff_found)) || die "a tool finds nothing"
found="rg $rg_found files, untrust $untrust_found places, ruff $ruff_found"
if [[ $ast_grep_too == yes ]]; then
    # Only files where a rule can match, for ast-grep takes its time on all of them.
    matches=$("${rg_files[@]}" -l -0 -i -e 'torch\.load' -e 'yaml\.\w*load' -e '#\s*nosec' "$tree" |
        xargs -0 "${ast_grep_scan[@]}" --json=stream) || die "ast-grep does not work"
    for rule in torch-load yaml-load nosec; do
        grep -q "\"ruleId\":\"$rule\"" <<<"$matches" || die "ast-grep's rule $rule finds nothing"
    done
    found+=", ast-grep $(wc -l <<<"$matches")"
fi

say "found: $found"

# --- The measurement --------------------------------------------------------------------------

small=$(mktemp -d)
trap 'rm -rf "$small"' EXIT
cat >"$small/small.py" <<'PYTHON'
"""Reads a training run: its settings and the last checkpoint."""

from pathlib import Path

import torch
import yaml

SETTINGS = "settings.yaml"


class Run:
    """One folder of a training run."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def settings(self):
        with (self.folder / SETTINGS).open() as stream:
            return yaml.load(stream, Loader=yaml.FullLoader)

    def checkpoints(self):
        return sorted(self.folder.glob("*.pt"))

    def state(self):
        return torch.load(self.checkpoints()[-1], map_location="cpu")


if __name__ == "__main__":
    run = Run(".")
    print(run.settings(), run.state().keys())
PYTHON
small_command=("$untrust" check --exit-zero "$small/small.py")

"$untrust" --version
printf '%s\n' "$("$rg" --version | sed -n 1p)"
"$ruff" --version
[[ $ast_grep_too == no ]] || "$ast_grep" --version
printf '%s cores, minimum of %s runs, %s Python files\n\n' \
    "$(getconf _NPROCESSORS_ONLN)" "$runs" "${files//[[:space:]]/}"

groups=(:: rg "$rg_seen" "${rg_command[@]}"
    :: untrust "$untrust_files" "${untrust_command[@]}"
    :: ruff "$ruff_seen" "${ruff_command[@]}")
if [[ $ast_grep_too == yes ]]; then
    groups+=(:: ast-grep 0 "${ast_grep_command[@]}")
fi
groups+=(:: small 1 "${small_command[@]}")

python3 - "$runs" "$work" "$files" "${groups[@]}" <<'PYTHON'
import os
import re
import statistics
import sys
import time

# In bytes there, in KiB elsewhere.
UNIT = 1 if sys.platform == "darwin" else 1024
SMALL_RUNS = 50


def run(command, log=os.devnull):
    """Seconds from start to end, and peak memory in MB."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
    ]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        said = "" if log == os.devnull else open(log, errors="replace").read()[-2000:]
        sys.exit(f"{' '.join(command)}\nended with status {code}\n{said}")
    return seconds, usage.ru_maxrss * UNIT / 1e6


runs, work, expected = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
tools, files, small = {}, {}, []
group = None
for word in sys.argv[4:] + ["::"]:
    if word != "::":
        group.append(word)
        continue
    if group:
        name, count, *command = group
        if name == "small":
            small = command
        else:
            tools[name], files[name] = command, int(count)
    group = []

cores = os.cpu_count() or 1
load = os.getloadavg()[0]
# The own checks before this kept one core or more busy for some seconds.
if load > cores:
    print(f"warning: the machine is busy (load {load:.1f} on {cores} cores)", file=sys.stderr)

# A new process is charged with the memory of the one that starts it, until it has more itself.
floor = min(run(["true"])[1] for _ in range(3))

# The tools take turns, so that a busy moment does not hit the same one each time.
seconds, peak = {}, {}
for number in range(1, runs + 1):
    for name, command in tools.items():
        log = os.path.join(work, f"{name}.log")
        took, memory = run(command, log)
        print(f"run {number} of {runs}: {name} {took:.2f} s", file=sys.stderr)
        seconds[name] = min(took, seconds.get(name, took))
        peak[name] = min(memory, peak.get(name, memory))
        if name == "ast-grep":
            scanned = re.search(r"scannedFileCount=(\d+)", open(log, errors="replace").read())
            files[name] = int(scanned.group(1)) if scanned else 0
median = statistics.median(run(small)[0] for _ in range(SMALL_RUNS)) * 1000

base = seconds["untrust"]
print(f"{'tool':<10}{'files':>8}{'seconds':>10}{'peak MB':>10}{'ratio':>8}")
for name in tools:
    memory = f"< {floor:.0f}" if peak[name] <= floor * 1.05 else f"{peak[name]:.0f}"
    took, ratio = f"{seconds[name]:.2f}", f"{seconds[name] / base:.2f}"
    print(f"{name:<10}{files[name]:>8}{took:>10}{memory:>10}{ratio:>8}")
print(f"\none small file: {median:.1f} ms (median of {SMALL_RUNS})\n")
for name in tools:
    if files[name] != expected:
        print(f"note: {name} looked at {files[name]} files, not at {expected}\n")


def target(text, met, value):
    print(f"{'not measured' if met is None else 'yes' if met else 'no':<4} {text}{value}")


def slower(name, least):
    text = f"{name} takes at least {least} times as long"
    if name not in seconds:
        return target(text, None, "")
    ratio = seconds[name] / base
    target(text, ratio >= least, f" ({ratio:.1f})")


print("targets:")
ratio = base / seconds["rg"]
target("untrust takes at most 3 times as long as rg", ratio <= 3, f" ({ratio:.1f})")
slower("ruff", 6)
slower("ast-grep", 40)
target(
    "untrust needs less memory than ruff",
    peak["untrust"] < peak["ruff"],
    f" ({peak['untrust']:.0f} and {peak['ruff']:.0f} MB)",
)
target("one small file within 10 ms", median <= 10, f" ({median:.1f})")
PYTHON
