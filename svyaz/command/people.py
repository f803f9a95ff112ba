"""Logins and tokens from the command line: for the first day and for the day everyone is locked out."""

from __future__ import annotations

import argparse

from svyaz.access.actor import SYSTEM
from svyaz.app import open_home
from svyaz.command.companies import tell_way_in
from svyaz.exchange.label_parts import split_label
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold
from svyaz.kernel.words import load_words
from svyaz.org import sessions
from svyaz.org.passwords import hash_password, one_time_password
from svyaz.org.people import let_in
from svyaz.records.write import create_record
from svyaz.storage import accounts, ids
from svyaz.storage.session import Session


class LoginUnknown(Problem):
    code = "login_unknown"  # facts: login


def known_login(session: Session, login: str, place: str) -> accounts.Login:
    """Raises LoginUnknown at the option that named it."""
    found = accounts.find_login(session, fold(login))
    if found is None:
        raise LoginUnknown(place, login=login)
    return found


def add_user(options: argparse.Namespace) -> int:
    with open_home(options.home) as opened, opened.company.write() as session:
        values = split_label(session.snapshot.entities["employee"].label, options.name) or {}
        employee = create_record(session, SYSTEM, "employee", values, cause="cli").id
        password = let_in(session, employee, options.login, tuple(options.role or ()))
    tell_way_in(options.login, password, options.language)
    return 0


def new_password(options: argparse.Namespace) -> int:
    with open_home(options.home) as opened, opened.company.write() as session:
        found = known_login(session, options.login, "--login")
        password = one_time_password()
        accounts.set_password(session, found.employee, hash_password(password), must_change=True)
        accounts.end_sessions_of(session, found.employee)
    print(load_words(options.language).say("cli.password", password=password))
    return 0


def create_token(options: argparse.Namespace) -> int:
    with open_home(options.home) as opened, opened.company.write() as session:
        found = known_login(session, options.login, "--login")
        token = sessions.create_token(
            session, found.employee, options.title, options.scope, options.days, ids.take_id(session)
        )
    print(token)
    return 0
