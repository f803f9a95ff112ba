"""Make a company, look whether it is whole."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from svyaz.access.actor import SYSTEM
from svyaz.app import open_home
from svyaz.kernel.clock import SystemClock
from svyaz.kernel.words import load_words
from svyaz.org.people import let_in
from svyaz.records.agreement import disagreements
from svyaz.records.write import create_record
from svyaz.solutions.sample import load_sample
from svyaz.solutions.sample_removal import begin_sample
from svyaz.solutions.shipped import shipped, source_of
from svyaz.storage import accounts, catalog
from svyaz.tenancy import company as tenancy
from svyaz.tenancy.home import HomeSettings
from svyaz.traits.registry import SHAPES

DEMO_TITLE = "Ромашка"
FIRST_LOGIN = "admin"


def init(options: argparse.Namespace) -> int:
    keys = tuple(options.solution or ("sales",))
    title = options.title or (DEMO_TITLE if options.demo else load_words(options.language).say("cli.company"))
    login, password = make(
        options.home,
        keys,
        title,
        demo=options.demo,
        url=options.database,
        schema=options.schema,
        currency=options.currency,
        language=options.language,
    )
    tell_way_in(login, password, options.language)
    return 0


def make(
    home: Path,
    keys: tuple[str, ...],
    title: str,
    *,
    demo: bool,
    url: str = "",
    schema: str = "svyaz",
    currency: str = "",
    language: str = "ru",
) -> tuple[str, str]:
    """A company with its first administrator; returns his login and one-time password."""
    words = load_words(language)
    source = source_of(keys, title)
    if currency:
        source = replace(source, settings={**source.settings, "currency": currency.upper()})
    tenancy.create(home, source, SHAPES, SystemClock(), HomeSettings(url, schema)).close()
    with open_home(home) as opened:
        with opened.company.write() as session:
            batch = begin_sample(session, None, keys) if demo else None
        for key in keys:
            load_sample(opened.company, shipped()[key] / "sample", "order" if demo else "always", batch=batch)
        with opened.company.write() as session:
            found = next((one for one in accounts.employees_with_role(session, "admin")), None)
            if found is None:
                name = {"first_name": words.say("cli.admin_name"), "surname": words.say("cli.admin_surname")}
                found = create_record(session, SYSTEM, "employee", name, cause="init").id
            known = accounts.login_of(session, found)
            login = known.login if known else FIRST_LOGIN
            roles = ("admin",) if "admin" in session.snapshot.roles else tuple(session.snapshot.roles)[:1]
            password = let_in(session, found, login, roles)
    return login, password


def tell_way_in(login: str, password: str, language: str = "ru") -> None:
    """Told once: only the hash is kept."""
    words = load_words(language)
    print(words.say("cli.login", login=login))
    print(words.say("cli.password", password=password), flush=True)


def check(options: argparse.Namespace) -> int:
    """The tables are those of the configuration; records, the log and the files tell the same."""
    with open_home(options.home) as opened:
        with opened.company.read() as session:
            wrong = catalog.differences(session, session.snapshot)
            # A table that is not there cannot be compared with the log.
            wrong = wrong or disagreements(session, opened.company.blobs)
        for one in wrong:
            print(one)
        words = load_words(options.language)
        print(words.say("cli.wrong", n=len(wrong)) if wrong else words.say("cli.whole"))
        return 1 if wrong else 0
