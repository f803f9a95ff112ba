"""Check the rules of the house that no linter knows.

    names    a module is named by what it holds: no utils, helpers, common, misc, manager, base_*
    deal     Python knows kinds of conduct, never "the deal": the word is for configuration only
    cycles   no TYPE_CHECKING: an import that must hide from run time hides a wrong direction
    fields   the interface asks the registry of field types, never `field.type === …` elsewhere
    abroad   nothing of another site is loaded: the program works in a closed network

Each is one function from the root to the list of what is wrong.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

BANNED = re.compile(r"(utils?|helpers?|common|misc|managers?|base_\w+)")
SKIPPED = {"static", "locale", "__pycache__", "node_modules"}


def check_names(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}: name it by what it holds, not `{path.stem}`"
        for folder in ("svyaz", "tools", "tests", "ui/src")
        for path in files(root / folder, "*")
        if BANNED.fullmatch(path.stem)
    ]


def check_deal(root: Path) -> list[str]:
    return told(root, "svyaz", "*", re.compile(r"\bdeal\b"), "Python does not know the deal")


def check_cycles(root: Path) -> list[str]:
    return told(root, "svyaz", "*.py", re.compile(r"\bTYPE_CHECKING\b"), "import plainly, or move what is shared down")


def check_fields(root: Path) -> list[str]:
    found = []
    for kind in ("*.ts", "*.vue"):
        found += told(root, "ui/src", kind, re.compile(r"field\.type\s*[!=]=="), "ask the registry of ui/src/fields")
    return [one for one in found if not one.startswith("ui/src/fields/")]


def check_abroad(root: Path) -> list[str]:
    loaded = re.compile(r"""(?:\bsrc=|@import |\burl\(|\bimport\(|<link[^>]*href=)\s*["']?(?:https?:)?//""")
    found = told(root, "ui", "*.html", loaded, "bring the file along")
    for kind in ("*.css", "*.ts", "*.vue"):
        found += told(root, "ui/src", kind, loaded, "bring the file along")
    return found


def told(root: Path, folder: str, kind: str, pattern: re.Pattern[str], advice: str) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()[:80]}  <- {advice}"
        for path in files(root / folder, kind)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def files(folder: Path, kind: str) -> Iterator[Path]:
    for path in sorted(folder.rglob(kind)):
        if path.is_file() and not SKIPPED & set(path.relative_to(folder).parts):
            yield path


CHECKS = (check_names, check_deal, check_cycles, check_fields, check_abroad)


def main() -> int:
    problems = [problem for check in CHECKS for problem in check(ROOT)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
