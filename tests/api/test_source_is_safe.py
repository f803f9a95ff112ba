"""What reading the source itself can promise: no eval, no glued SQL, no reading past the rights."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import svyaz

ROOT = Path(svyaz.__file__).parent
FORBIDDEN_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "yaml", "telnetlib"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "breakpoint"}
# What asks the base for records must take its condition from one of these …
RIGHTS = ("svyaz.access.apply", "svyaz.records.read", "svyaz.records.cells")
# … or be under the door itself: storage, tenancy, access, and conduct that runs inside records.write.
INSIDE = ("storage", "tenancy", "access", "records", "traits")
# The rest are read by hand, so that a new one is noticed.
BY_HAND = {
    "configurator/moves.py": "who may configure moves the records of a stage that goes away, whole; the plan says so",
    "configurator/put_off.py": "the name of who set a change for the night, for those who may configure",
    "configurator/revisions.py": "the name of who made a revision, for those who may configure",
    "org/actors.py": "people and structure decide who has which rights; the system reads them",
    "org/hierarchy.py": "the structure decides who reaches whom; the system reads it",
    "org/journal.py": "names of people by which the journal is searched, for those who keep people's access",
    "org/people.py": "one's own name; names in the journal, for those who keep people's access",
    "org/structure.py": "the type of what has just been written",
    "exchange/import_run.py": "matches rows by keys, then asks condition(…) for what it found",
    "exchange/active_directory/difference.py": "compares the whole company with its directory, for who manages people and configures",
    "solutions/sample.py": "the system loads what is shipped",
    "search/texts.py": "the words of the index; what is found is asked of the rights in find.py",
    "live/telling.py": "what changed; who is told is asked of the rights in sight.py",
}
READERS = {"svyaz.storage.run_query", "svyaz.storage.record_tables"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def test_nothing_that_runs_data_as_code_is_in_the_source() -> None:
    """Row 49."""
    found = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found += [(path, one.name) for one in node.names if one.name.split(".")[0] in FORBIDDEN_MODULES]
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in FORBIDDEN_MODULES:
                found.append((path, node.module or ""))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
                found.append((path, node.func.id))
    assert found == []


def test_sql_outside_of_storage_is_written_by_nobody() -> None:
    """Row 18: there is no text of SQL to glue a value into."""
    found = []
    for path, tree in sources():
        if path.startswith("storage/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in ("fetch", "run", "run_many", "exec_driver_sql", "executescript"):
                    texts = [one for one in node.args[:1] if isinstance(one, ast.Constant | ast.JoinedStr | ast.BinOp)]
                    found += [
                        (path, node.lineno) for one in texts if _says_sql(one) and not path.startswith("tenancy/")
                    ]
    assert found == []


def test_no_value_is_glued_into_sql_of_storage() -> None:
    """Row 18: an f-string of SQL takes names and lists of marks, never a value of a person."""
    found = []
    for path, tree in sources():
        if not path.startswith("storage/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "text":
                found += [(path, node.lineno) for one in node.args if isinstance(one, ast.JoinedStr | ast.BinOp)]
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _says_sql(node.left):
                found.append((path, node.lineno))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
                if _says_sql(node.func.value):
                    found.append((path, node.lineno))
    assert found == []


def test_records_are_asked_of_the_base_only_behind_the_rights() -> None:
    """Row 36: a list, a count or a report that forgets the rights is noticed when it is written."""
    found = []
    for path, tree in sources():
        if path.split("/")[0] in INSIDE or path in BY_HAND:
            continue
        imported = set(_imported(tree))
        if imported & READERS and not any(name.startswith(RIGHTS) for name in imported):
            found.append(path)
    assert found == []


def test_api_asks_the_base_for_no_record_at_all() -> None:
    """Row 36: a handler parses, calls and answers."""
    assert [path for path, tree in sources() if path.startswith("api/") and set(_imported(tree)) & READERS] == []


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _says_sql(node: ast.AST) -> bool:
    texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return any(text.lstrip().startswith(("SELECT ", "INSERT ", "UPDATE ", "DELETE ")) for text in texts)


def test_no_password_or_secret_is_written_in_the_source() -> None:
    """Row 51: the first start makes them."""
    found = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [one.id.lower() for one in targets if isinstance(one, ast.Name)]
                if isinstance(node.value.value, str) and node.value.value:
                    found += [
                        (path, name)
                        for name in names
                        if any(word in name for word in ("password", "secret")) and name not in ("code",)
                    ]
    assert found == []
