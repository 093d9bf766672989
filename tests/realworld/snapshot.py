"""What a tree holds at one moment, to compare moments byte by byte."""

import dataclasses
import hashlib
import os
import stat

KIND = 0o170000
SOURCE = (".py", ".pyi", ".ipynb")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A file or a link: its mode and what it holds, or the digest of that for large trees' sake."""

    mode: int
    digest: bytes
    content: bytes | None


def take(tree):
    """The entries of a tree by their relative paths; contents are kept for sources only."""
    entries = {}
    for folder, folders, files in os.walk(tree):
        if ".git" in folders and os.path.samefile(folder, tree):
            folders.remove(".git")
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in files + links:
            path = os.path.join(folder, name)
            entries[os.path.relpath(path, tree)] = entry(path)
    return entries


def entry(path):
    state = os.lstat(path)
    if stat.S_ISLNK(state.st_mode):
        content = os.fsencode(os.readlink(path))
    else:
        with open(path, "rb") as stream:
            content = stream.read()
    kept = content if path.endswith(SOURCE) and not stat.S_ISLNK(state.st_mode) else None
    return Entry(mode=state.st_mode, digest=hashlib.sha256(content).digest(), content=kept)


def differences(before, after, mode=0o7777):
    """The paths whose bytes, kind or mode differ; of the mode, these bits count."""
    paths = sorted(before.keys() | after.keys())
    return [path for path in paths if not alike(before.get(path), after.get(path), mode)]


def alike(one, other, mode):
    if one is None or other is None:
        return False
    mask = KIND | mode
    return one.mode & mask == other.mode & mask and one.digest == other.digest


def sources(entries):
    """The Python files, by path."""
    return {
        path: found.content
        for path, found in entries.items()
        if found.content is not None and path.endswith((".py", ".pyi"))
    }
