"""What reading the source itself can promise: no eval, no glued SQL, no reading past the rights."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import svyaz

ROOT = Path(svyaz.__file__).parent
FORBIDDEN_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "yaml", "telnetlib"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "breakpoint"}
# Who may ask the base for records without going through records.read: those that are under it, the owner of
# people and structure, and each feature that passes its own condition made by svyaz.access.
ASK_STORAGE = {
    "storage": "is the storage",
    "tenancy": "opens it",
    "records": "the one door",
    "traits": "conduct inside the one door",
    "org": "people and structure decide who has which rights",
    "discussions": "a source of the feed: takes rows_about, which asks access",
}
READERS = {"svyaz.storage.run_query", "svyaz.storage.record_tables", "svyaz.storage.query"}


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
    known = {"session", "self", "names", "placed", "column", "table", "columns", "marks"}
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
    assert found == [] and known


def test_records_are_asked_of_the_base_only_behind_the_rights() -> None:
    """Row 36: a list, a count or a report that forgets the rights cannot be written where features are."""
    found = []
    for path, tree in sources():
        package = path.split("/")[0]
        if package in ASK_STORAGE:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names = {node.module or ""} | {f"{node.module}.{one.name}" for one in node.names}
                if names & READERS and not _only_shapes(node):
                    found.append((path, sorted(names & READERS)))
    assert [one for one in found if one[0] not in PASS_THEIR_CONDITION] == []


# Each of these takes `where` and `far` from svyaz.access or records.read; reviewed by hand, so a new one is noticed.
PASS_THEIR_CONDITION = {
    "reports/pivot.py": "records.read.ask gives the condition",
    "exchange/lookup.py": "condition(…, 'see') of the importer",
    "exchange/import_run.py": "fetches what records.write has just allowed",
    "solutions/sample.py": "the system loads what is shipped",
}


def _only_shapes(node: ast.ImportFrom) -> bool:
    """Dataclasses of a query carry no rows: what they are given to is what counts."""
    return node.module == "svyaz.storage.query" and {one.name for one in node.names} <= {
        "Count",
        "Keys",
        "Measure",
        "Page",
    }


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
