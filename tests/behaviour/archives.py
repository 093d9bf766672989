"""Archives, good and bad ones, and what came out of them."""

import io
import tarfile
import zipfile
from pathlib import Path

GOOD = {"VERSION": "1", "data/a.txt": "a"}


def tar(path, files=GOOD, mode="w:gz", bad=None):
    """Writes a tar archive; `bad` adds a member that leaves the folder: `name`, `absolute` or `link`."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
        if bad == "name":
            member = tarfile.TarInfo("../escaped")
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
        if bad == "link":
            member = tarfile.TarInfo("escaped")
            member.type, member.linkname = tarfile.SYMTYPE, "../../elsewhere"
            archive.addfile(member)
    return path


def zipped(path, files=GOOD):
    """Writes a zip archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def found(folder="."):
    """The files below a folder with their texts, without the archives."""
    below = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    endings = (".tar", ".gz", ".tgz", ".bz2", ".xz", ".zip")
    return {str(path): path.read_text() for path in below if path.suffix not in endings}


def escapes(unpack, out="out"):
    """Whether a member that leaves the folder comes to lie outside, or a link leads there."""
    try:
        unpack()
    except Exception as error:
        if "Outside" not in type(error).__name__:
            raise
    return Path("escaped").exists() or (Path(out) / "escaped").is_symlink()
