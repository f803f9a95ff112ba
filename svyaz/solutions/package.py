"""A solution as files: a folder for Git, or the same in a zip to be handed on.

    solution.toml                  key, title, version, format, settings, menu, home
    entities/<key>.toml            one object each;  dictionaries/<key>.toml;  roles/<key>.toml
    sample/                        examples, when there are any (solutions/sales/sample/README.md)

Files come from outside, so an archive is looked at before anything of it is unpacked: no paths that lead out, no links,
no more files and no larger ones than a configuration could need, however small the archive itself is.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from svyaz.kernel.keys import MOST, SHAPE
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean
from svyaz.schema.source import Part, Source, read_folder
from svyaz.solutions.toml_text import toml_text

FORMAT = 1
MOST_FILES = 2_000
MOST_BYTES = 50_000_000
MOST_OF_A_FILE = 5_000_000
MOST_RATIO = 200
SUFFIXES = (".toml", ".csv", ".md", ".txt")
INSIDE = ("number", "numbers", "columns", "gone")


class ArchiveRefused(Problem):
    """why: path, link, size, count, kind, key, broken.  facts: file, why"""

    code = "archive_refused"  # facts: file, why


class SolutionNewer(Problem):
    """It was made by a newer Svyaz than this one.  facts: solution, format, known"""

    code = "solution_newer"  # facts: solution, format, known


@dataclass(frozen=True, slots=True)
class Package:
    """source: without numbers, each part with the key of the solution as its origin.  sample: its folder, or None."""

    key: str
    title: Mapping[str, str]
    version: str
    source: Source
    sample: Path | None = None


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """A folder or a zip.  Raises ArchiveRefused, SolutionNewer and what schema.source.read_folder does."""
    if path.is_dir():
        yield read(path)
        return
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "solution"
        unpack(path, folder)
        heads = sorted(folder.rglob("solution.toml"), key=lambda one: len(one.parts))
        yield read(heads[0].parent if heads else folder)


def read(folder: Path) -> Package:
    source = read_folder(folder)
    head: dict[str, Any] = {}
    if (folder / "solution.toml").is_file():
        head = tomllib.loads((folder / "solution.toml").read_text(encoding="utf-8"))
    key = str(head.get("key", folder.resolve().name))
    if len(key) > MOST or not SHAPE.fullmatch(key):
        raise ArchiveRefused(file=clean(key)[:60] or "solution.toml", why="key")
    made_for = head.get("format", FORMAT)
    if not isinstance(made_for, int) or made_for > FORMAT:
        raise SolutionNewer(solution=key, format=str(made_for)[:20], known=FORMAT)
    title = head.get("title", key)
    said = title if isinstance(title, dict) else {"ru": str(title)}
    titles = {name: clean(str(said[name]))[:200] for name in ("ru", "en") if said.get(name)}
    sample = folder / "sample"
    version = clean(str(head.get("version", "1")))[:40] or "1"
    return Package(key, titles or {"ru": key}, version, source, sample if sample.is_dir() else None)


def has_sample(package: Package) -> bool:
    return package.sample is not None and (package.sample / "sample.toml").is_file()


def unpack(path: Path, folder: Path) -> None:
    """Raises ArchiveRefused before the first file is written."""
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
            _check(listed)
            for one in listed:
                if one.is_dir():
                    continue
                target = folder / PurePosixPath(one.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(one) as inside, target.open("wb") as out:
                    left = MOST_OF_A_FILE
                    while piece := inside.read(min(65_536, left + 1)):
                        left -= len(piece)
                        if left < 0:  # the size in the head of the file was a lie
                            raise ArchiveRefused(file=one.filename[:100], why="size")
                        out.write(piece)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise ArchiveRefused(file=path.name, why="broken") from error


def _check(listed: Sequence[zipfile.ZipInfo]) -> None:
    if len(listed) > MOST_FILES:
        raise ArchiveRefused(file="", why="count")
    if sum(one.file_size for one in listed) > MOST_BYTES:
        raise ArchiveRefused(file="", why="size")
    for one in listed:
        name = one.filename
        parts = PurePosixPath(name).parts
        shown = name[:100].encode("ascii", "replace").decode()
        if not parts or name.startswith(("/", "\\")) or ".." in parts or "\\" in name or ":" in name or "\0" in name:
            raise ArchiveRefused(file=shown, why="path")
        if (one.external_attr >> 16) & 0o170000 == 0o120000:
            raise ArchiveRefused(file=shown, why="link")
        if one.is_dir():
            continue
        if one.file_size > MOST_OF_A_FILE or one.file_size > MOST_RATIO * max(one.compress_size, 1_000):
            raise ArchiveRefused(file=shown, why="size")
        if PurePosixPath(name).suffix.lower() not in SUFFIXES:
            raise ArchiveRefused(file=shown, why="kind")


def files_of(package: Package) -> dict[str, str]:
    """Path in the folder -> text, in the order in which one would read them."""
    head: dict[str, Any] = {"key": package.key, "title": dict(package.title), "version": package.version}
    head["format"] = FORMAT
    if package.source.menu:
        head["menu"] = list(package.source.menu)
    if package.source.home:
        head["home"] = dict(package.source.home)
    if package.source.settings:
        head["settings"] = dict(package.source.settings)
    files = {"solution.toml": toml_text(head)}
    for part in package.source.entities:
        files[f"entities/{part.table['key']}.toml"] = toml_text(bare(part.table))
    for part in package.source.dictionaries:
        files[f"dictionaries/{part.table['key']}.toml"] = toml_text({"dictionary": [bare(part.table)]})
    for part in package.source.roles:
        files[f"roles/{part.table['key']}.toml"] = toml_text(bare(part.table))
    return files


def write(package: Package, path: Path) -> None:
    """Into a zip when the path says so, else into a folder, whose former files of the configuration go; examples too."""
    files = files_of(package)
    if package.sample is not None:
        files |= {f"sample/{one.name}": one.read_text(encoding="utf-8") for one in sorted(package.sample.iterdir())}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                stamp = zipfile.ZipInfo(f"{package.key}/{name}")  # the same content gives the same archive
                stamp.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(stamp, text)
        return
    for name in ("entities", "dictionaries", "roles", *(["sample"] if package.sample is not None else [])):
        if (path / name).is_dir():
            shutil.rmtree(path / name)
    for name, text in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def bare(table: Mapping[str, Any]) -> dict[str, Any]:
    """Without numbers and columns: these belong to one base."""
    return {key: value for key, value in table.items() if key not in INSIDE}


def stripped(source: Source) -> Source:
    """A source as a package has it."""

    def one(part: Part) -> Part:
        return replace(part, table=bare(part.table))

    return replace(
        source,
        entities=tuple(map(one, source.entities)),
        dictionaries=tuple(map(one, source.dictionaries)),
        roles=tuple(map(one, source.roles)),
    )
