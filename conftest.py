"""What every test run has: a PostgreSQL and a browser to ask for, and marks that follow from where a test stands.

A test is `postgres` when it asks for that server, by fixture or by parameter; tests under
tests/wheel, tests/story and tests/e2e carry the mark of their folder.  `make quick` leaves
these out, and nobody has to remember to mark.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.browser", "tests.postgres", "tests.second_try"]

FOLDERS = ("wheel", "story", "e2e")

# A busy machine is not a mistake: examples have no deadline.  The same examples each time, so that what passes here
# passes there; whoever asks for more of them by SVYAZ_RANDOM_EXAMPLES gets new ones, and a failure says how to repeat it.
settings.register_profile(
    "svyaz", deadline=None, print_blob=True, derandomize="SVYAZ_RANDOM_EXAMPLES" not in os.environ
)
settings.load_profile("svyaz")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = Path(item.path).parts
        for folder in FOLDERS:
            if folder in place:
                item.add_marker(folder)
        fixtures = getattr(item, "fixturenames", ())
        parameters = item.name.replace("[", "-").replace("]", "-").split("-")[1:]
        if {"postgres", "postgresql", "postgres_url"} & {*fixtures, *parameters}:
            item.add_marker("postgres")
        if "page" in fixtures:
            item.add_marker("e2e")
