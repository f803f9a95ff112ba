"""The test server itself: databases do not see each other, templates are prepared once, order is not bytes."""

from urllib.parse import urlsplit

import psycopg

from tests.postgres import fresh_database, template_database


def test_two_fresh_databases_do_not_see_each_other() -> None:
    with fresh_database() as one, fresh_database() as other:
        with psycopg.connect(one) as db:
            db.execute("CREATE TABLE here (id int)")
        with psycopg.connect(other) as db:
            assert db.execute("SELECT to_regclass('here')").fetchone() == (None,)


def test_template_is_prepared_once_and_copied() -> None:
    prepared = []

    def prepare(url: str) -> None:
        prepared.append(url)
        with psycopg.connect(url) as db:
            db.execute("CREATE TABLE word (title text)")
            db.execute("INSERT INTO word VALUES ('ёлка'), ('Яма'), ('ель')")

    first = template_database("for_its_own_test", prepare)
    assert template_database("for_its_own_test", prepare) == first
    assert len(prepared) <= 1
    with fresh_database(first) as url, psycopg.connect(url) as db:
        # A Russian server orders words, not bytes: queries must name the order they mean.
        assert db.execute("SELECT title FROM word ORDER BY title").fetchall() == [("ёлка",), ("ель",), ("Яма",)]


def test_database_is_gone_after_the_test(postgres_url: str) -> None:
    with fresh_database() as url:
        name = urlsplit(url).path[1:]
    with psycopg.connect(postgres_url) as db:
        assert db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None
