"""Every direct dependency is declared, accounted for in docs/dependencies.md, and locked by digest."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name(requirement: str) -> str:
    return re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0].lower()


def rows() -> dict[str, list[str]]:
    lines = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {row[0]: row for row in cells}


def python_dependencies() -> set[str]:
    groups = PROJECT["dependency-groups"].values()
    listed = [one for group in groups for one in group if isinstance(one, str)]
    return {name(one) for one in [*PROJECT["project"]["dependencies"], *listed]}


def interface_dependencies() -> set[str]:
    package = json.loads((ROOT / "ui" / "package.json").read_text(encoding="utf-8"))
    return {*package.get("dependencies", {}), *package.get("devDependencies", {})}


def imported() -> set[str]:
    """The packages that svyaz/ imports, by the names they have on PyPI."""
    modules = set()
    for path in (ROOT / "svyaz").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    modules |= {one.name.partition(".")[0] for one in names}
                case ast.ImportFrom(module=str(module), level=0):
                    modules.add(module.partition(".")[0])
    known = packages_distributions()
    return {known[one][0].lower() for one in modules - sys.stdlib_module_names - {"svyaz"}}


def test_everything_the_program_imports_comes_with_it() -> None:
    assert sorted(imported() - {name(one) for one in PROJECT["project"]["dependencies"]}) == []


def test_every_dependency_says_what_for_licence_keeper_and_what_if_it_dies() -> None:
    told = rows()
    assert sorted((python_dependencies() | interface_dependencies()) - told.keys()) == []
    assert [row for row in told.values() if len(row) != 5 or not all(row)] == []


def test_what_is_no_longer_used_is_no_longer_listed() -> None:
    listed = {key for key, row in rows().items() if row[0] != "package" and not set(row[0]) <= {"-"}}
    assert sorted(listed - python_dependencies() - interface_dependencies()) == []


def test_every_locked_package_has_an_exact_version_and_digests() -> None:
    for lock in ("requirements.lock", "requirements-build.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        packages = re.findall(r"^([a-z0-9][\w.-]*)==\S+(.*(?:\n    --hash=.*)+)", text, flags=re.MULTILINE)
        assert len(packages) == len(re.findall(r"^[a-z0-9]", text, flags=re.MULTILINE)) > 0


def test_lock_for_running_is_part_of_the_lock_for_testing() -> None:
    def pinned(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9][\w.-]*==[^\s;\\]+", (ROOT / lock).read_text(), flags=re.MULTILINE))

    assert pinned("requirements.lock") <= pinned("requirements-dev.lock")
    assert pinned("requirements-build.lock") <= pinned("requirements-dev.lock")
