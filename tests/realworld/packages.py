"""The pinned packages: reading the list, downloading by hash, unpacking without running anything."""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import tarfile
import tomllib
import urllib.parse
import urllib.request
import zipfile

INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple")
SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Package:
    """One file of the index, as `packages.toml` pins it."""

    name: str
    version: str
    kind: str
    file: str
    sha256: str
    small: bool
    quiet: bool
    finds: tuple


def read_list(path):
    """The packages of a list, in its order."""
    with open(path, "rb") as stream:
        rows = tomllib.load(stream)["package"]
    return [
        Package(
            name=row["name"],
            version=row["version"],
            kind=row["kind"],
            file=row["file"],
            sha256=row["sha256"],
            small=row.get("small", False),
            quiet=row.get("quiet", False),
            finds=tuple(row.get("finds", ())),
        )
        for row in rows
    ]


def fetch(package, cache):
    """The package's file in the cache, downloaded if it is not there or damaged."""
    path = cache / "files" / package.file
    if path.exists() and sha256_of(path) == package.sha256:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with urllib.request.urlopen(address_of(package), timeout=SECONDS) as source, open(part, "wb") as target:
        shutil.copyfileobj(source, target)
    found = sha256_of(part)
    if found != package.sha256:
        part.unlink()
        raise ValueError(f"{package.file} has the SHA-256 {found}, not the pinned one")
    part.replace(path)
    return path


def address_of(package):
    """Where the index keeps the file; the page is the one that pip reads."""
    project = re.sub(r"[-_.]+", "-", package.name).lower()
    page = f"{INDEX.rstrip('/')}/{project}/"
    request = urllib.request.Request(page, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        files = json.load(answer)["files"]
    for file in files:
        if file["filename"] == package.file:
            return urllib.parse.urljoin(page, file["url"])
    raise ValueError(f"{page} does not list {package.file}")


def sha256_of(path):
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def unpack(archive, folder):
    """Unpacks a source package or a wheel below `folder`; links that lead outside are left out."""
    folder.mkdir(parents=True)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as members:
            members.extractall(folder)
    else:
        unpack_tar(archive, folder)
    forget_repositories(folder)


def unpack_tar(archive, folder):
    with tarfile.open(archive) as members:
        for member in members:
            try:
                members.extract(member, folder, filter="data")
            except (tarfile.FilterError, KeyError):
                continue


def forget_repositories(folder):
    """Removes `.git` folders and files that were packed by accident: the tree gets its own."""
    for path in sorted(folder.rglob(".git"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def default_cache():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "untrust-realworld"
