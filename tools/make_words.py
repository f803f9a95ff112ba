"""Make ui/src/words/ru.ts, en.ts, ru_later.ts and en_later.ts from the tables [ui…] of svyaz/locale/*.toml.

    python tools/make_words.py            write them
    python tools/make_words.py --check    fail when a file is not current

Russian and English have one source each, the locale; the interface gets it as typed modules, so a
missing key is a compile error and only the reader's language is loaded, LATER only with the pages that say it.  Keys come out as nested
names, not as strings, so that check_words.py still finds a word nobody asks for.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ru", "en")
LATER = (
    "import",
    "report",
    "past",
    "grid",
    "block",
    "board",
    "bulk",
    "card",
    "conflict",
    "create",
    "file",
    "history",
    "move",
    "requisites",
    "timeline",
    "unsent",
    "why",
    "view",
    "palette",
    "quick",
    "help",
    "keys",
    "settings",
    "my",
    "start",
    "password",
    "about",
    "conf",
    "designer",
    "looks",
    "values",
    "people",
    "structure",
    "invite",
    "rights",
    "directory",
    "table",
    "solutions",
    "home",
    "ways",
)
HEAD = "// Made by tools/make_words.py from svyaz/locale/{language}.toml; change the words there.\n"


def module(words: Mapping[str, Any], language: str) -> str:
    """TypeScript of one language: nested objects, forms of counting as arrays."""
    return HEAD.format(language=language) + "export const words = {\n" + "".join(lines(words, "  ")) + "} as const;\n"


def lines(words: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in words.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}: {{\n"
            yield from lines(value, indent + "  ")
            yield f"{indent}}},\n"
        else:
            yield f"{indent}{key}: {json.dumps(value, ensure_ascii=False)},\n"


def main(asked: list[str]) -> int:
    stale = []
    for language in LANGUAGES:
        with (ROOT / "svyaz" / "locale" / f"{language}.toml").open("rb") as file:
            words = tomllib.load(file)["ui"]
        first = {key: value for key, value in words.items() if key not in LATER}
        later = {key: value for key, value in words.items() if key in LATER}
        for part, suffix in ((first, ""), (later, "_later")):
            target = ROOT / "ui" / "src" / "words" / f"{language}{suffix}.ts"
            made = module(part, language)
            current = target.read_text(encoding="utf-8") if target.exists() else ""
            if made == current:
                continue
            if "--check" in asked:
                stale.append(f"{target.relative_to(ROOT)} is not current: run `python tools/make_words.py`")
            else:
                target.write_text(made, encoding="utf-8")
    print(*stale, sep="\n", end="\n" if stale else "")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
