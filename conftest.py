"""What every test run has: a PostgreSQL of its own, and marks that follow from where a test stands.

A test is `postgres` when it asks for that server, by fixture or by parameter; tests under
tests/wheel, tests/story and tests/e2e carry the mark of their folder.  `make quick` leaves
these out, and nobody has to remember to mark.
"""

from pathlib import Path

import pytest

pytest_plugins = ["tests.postgres"]

FOLDERS = ("wheel", "story", "e2e")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = Path(item.path).parts
        for folder in FOLDERS:
            if folder in place:
                item.add_marker(folder)
        named = [*getattr(item, "fixturenames", ()), *item.name.replace("[", "-").replace("]", "-").split("-")]
        if any(name in ("postgres", "postgresql", "postgres_url") for name in named):
            item.add_marker("postgres")
