"""Check that every word a person sees exists in Russian and in English, and that no word is left over.

svyaz/locale/ru.toml and en.toml:

    [problems]   a code of a Problem, and its text with {facts}
    [words]      what the server says, asked for by words.say("key")
    [ui]         what the interface says, asked for by t("key")

A text may be a table of plural forms, {one, few, many} and perhaps `by`, or a list of forms: Russian has three,
English two, one and many.

What is wrong:
    a Problem's `code = "…"` without words; words with facts that the code does not promise
    (the comment `# facts: field, uses` beside the code is the promise, with those of its base classes);
    a key of say("…") or t("…") without words; a key or a fact in one language only;
    a word that nobody asks for;
    a counted text without the forms of its language, or whose forms say different facts;
    a count before a noun, «{count} столбцов», in a text without forms.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ru", "en")

FORMS = {"one", "few", "many", "other", "by"}
FORMS_OF = {"ru": ("one", "few", "many"), "en": ("one", "many")}
# What is counted anew each time; a limit of the program is always the same number and its noun stands as written.
COUNTED = re.compile(
    r"(?<!\{)\{(n|count|length|attempts)(?::number)?\} (?!(?:из|в|и|до|при|of|to|in|are|is|more)\b)(?:[a-zа-яё]{4,}(?!\w)|[a-zа-яё]{2,3}(?![\w.]))"
)
FACT = re.compile(r"(?<!\{)(?:\{\{)*\{(\w+)")  # {{year}} is said as {year}: not a fact
PROMISE = re.compile(r"#\s*facts:\s*([\w, ]+)")
SAID = re.compile(r"""\.say\(\s*["'](\w+)["']""")
ASKED = re.compile(r"""\bt\(\s*["'`]([\w.]+)["'`]""")
LITERAL = re.compile(r"""["'`]([\w.]+)(?:["'`]|\$?\{)""")


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    facts: frozenset[str] | None  # None: the class promises nothing
    place: str


def check_words(root: Path) -> list[str]:
    tables = {language: read_toml(root / "svyaz" / "locale" / f"{language}.toml") for language in LANGUAGES}
    words = {language: flat(table) for language, table in tables.items()}
    used = set(literals(root))
    return [
        *check_same(words),
        *(problem for language in LANGUAGES for problem in check_codes(list_codes(root), words[language], language)),
        *(problem for language in LANGUAGES for problem in check_asked(root, words[language], language)),
        *check_unused(words["ru"], used),
        *(problem for language, table in tables.items() for problem in check_forms(table, language)),
    ]


def check_same(words: Mapping[str, Mapping[str, str]]) -> list[str]:
    ru, en = words["ru"], words["en"]
    problems = [f"locale: `{key}` is in ru only" for key in ru.keys() - en.keys()]
    problems += [f"locale: `{key}` is in en only" for key in en.keys() - ru.keys()]
    for key in ru.keys() & en.keys():
        if facts(ru[key]) != facts(en[key]):
            problems.append(f"locale: `{key}` says {listed(facts(ru[key]))} in ru and {listed(facts(en[key]))} in en")
    return sorted(problems)


def check_codes(codes: list[Code], words: Mapping[str, str], language: str) -> list[str]:
    problems = []
    for one in codes:
        text = words.get(f"problems.{one.code}")
        if text is None:
            problems.append(f"{one.place}: no words for `{one.code}` in {language}.toml, [problems]")
        elif one.facts is not None and facts(text) - one.facts:
            extra = listed(facts(text) - one.facts)
            problems.append(f"{one.place}: {language}.toml says {extra}, which `{one.code}` does not promise")
    return problems


def check_asked(root: Path, words: Mapping[str, str], language: str) -> list[str]:
    """Keys that the server says and the interface asks for, in so many words."""
    asked = [("words", SAID, python_files(root)), ("ui", ASKED, ui_files(root))]
    return [
        f"{path.relative_to(root)}: no words for `{key}` in {language}.toml, [{table}]"
        for table, pattern, paths in asked
        for path in paths
        for key in sorted(set(pattern.findall(path.read_text(encoding="utf-8"))))
        if f"{table}.{key}" not in words
    ]


def check_unused(words: Mapping[str, str], used: set[str]) -> list[str]:
    """Words that no string names, whole or by its beginning: `stage.${key}`, f"verbs.{verb}"."""
    problems = []
    for key in words:
        name = key.partition(".")[2]
        parts = name.split(".")
        beginnings = {".".join(parts[:length]) + "." for length in range(1, len(parts))}
        if not used & {name, *beginnings}:
            problems.append(f"locale: nobody asks for `{key}`")
    return problems


def check_forms(table: Mapping[str, Any], language: str) -> list[str]:
    """What is counted has every form of the language, and each form says the same facts."""
    problems = []
    for key, value in entries(table):
        if isinstance(value, str):
            problems += [
                f"locale: `{key}` counts {{{one[1]}}} without forms in {language}" for one in COUNTED.finditer(value)
            ]
            continue
        wanted = FORMS_OF[language]
        forms = forms_of(value, language)
        if forms is None:
            problems.append(f"locale: `{key}` needs the forms {', '.join(wanted)} in {language}")
            continue
        said = facts(forms["many"])
        problems += [
            f"locale: `{key}` says {listed(facts(text))} in `{form}` and {listed(said)} in `many` in {language}"
            for form, text in forms.items()
            if facts(text) != said
        ]
        by = value.get("by", "n") if isinstance(value, Mapping) else "n"
        if by not in said:
            problems.append(f"locale: `{key}` is counted by {{{by}}} and does not say it in {language}")
    return problems


def forms_of(value: Mapping[str, str] | list[str], language: str) -> dict[str, str] | None:
    """The texts by their forms; None when there are not those that the language has."""
    wanted = FORMS_OF[language]
    if isinstance(value, list):
        return dict(zip(wanted, value, strict=True)) if len(value) == len(wanted) else None
    forms = {form: text for form, text in value.items() if form != "by"}
    return forms if forms.keys() == set(wanted) else None


def list_codes(root: Path) -> list[Code]:
    """Every class attribute `code = "…"` under svyaz/, with what its class and the bases of it promise."""
    own: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    found: list[tuple[str, Code]] = []
    for path in python_files(root):
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.ClassDef):
                continue
            bases.setdefault(node.name, set()).update(base.id for base in node.bases if isinstance(base, ast.Name))
            for statement in node.body:
                code = code_of(statement)
                if code is not None:
                    promise = PROMISE.search(lines[statement.lineno - 1])
                    names = None if promise is None else frozenset(re.findall(r"\w+", promise[1])) - {"none"}
                    own.setdefault(node.name, set()).update(names or ())
                    found.append((node.name, Code(code, names, f"{path.relative_to(root)}:{statement.lineno}")))

    def promised(name: str) -> set[str]:
        return own.get(name, set()).union(*(promised(base) for base in bases.get(name, set()) - {name}))

    return [one if one.facts is None else Code(one.code, one.facts | promised(name), one.place) for name, one in found]


def code_of(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
            return code
        case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code))):
            return code
    return None


def literals(root: Path) -> Iterator[str]:
    """Every string that could be a key, in Python and TypeScript."""
    for path in [*python_files(root), *ui_files(root)]:
        yield from LITERAL.findall(path.read_text(encoding="utf-8"))


def python_files(root: Path) -> list[Path]:
    return sorted((root / "svyaz").rglob("*.py"))


def ui_files(root: Path) -> list[Path]:
    return sorted(path for path in (root / "ui" / "src").rglob("*") if path.suffix in (".ts", ".vue"))


def facts(text: str) -> set[str]:
    return set(FACT.findall(text))


def listed(names: set[str] | frozenset[str]) -> str:
    return "{" + ", ".join(sorted(names)) + "}"


def flat(table: Mapping[str, Any]) -> dict[str, str]:
    """Nested tables as dotted keys; the forms of a counted text as one text."""
    return {key: joined(value) for key, value in entries(table)}


def joined(value: str | list[str] | Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{{{text}}}" if form == "by" else text for form, text in value.items())
    return value if isinstance(value, str) else " ".join(value)


def entries(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str | list[str] | Mapping[str, str]]]:
    """Every text under its dotted key: plain, or with its forms."""
    for key, value in table.items():
        if isinstance(value, Mapping) and not (value and value.keys() <= FORMS):
            yield from entries(value, f"{before}{key}.")
        else:
            yield before + key, value if isinstance(value, list | Mapping) else str(value)


def read_toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def main() -> int:
    problems = check_words(ROOT)
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
