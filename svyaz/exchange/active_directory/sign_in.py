"""Sign-in by the password of the domain: the directory itself is asked, by binding as the person.

    CHECKS = (check_own_password, check_domain_password)     for org.password_checks.who_enters

Whoever is tied to the directory comes in by it alone: a former password of Svyaz would let in him whom the domain has
shut out.  An administrator keeps his own as well, for the day when the domain is down.

The person is looked up by his key, so a renamed and a moved one comes in, and a disabled one does not, an hour before
the next look.  A name that is nobody's takes the same way and the same time, so neither an answer nor its delay tells
who is here.  Few are asked at once: a directory that is slow must not take all threads of the server.
"""

from __future__ import annotations

import threading
import uuid

from svyaz.exchange.active_directory.connection import fits, opened
from svyaz.exchange.active_directory.problems import DirectorySilent
from svyaz.exchange.active_directory.reading import find_state
from svyaz.exchange.active_directory.settings import Directory, find_directory
from svyaz.kernel.text import fold
from svyaz.org import sessions
from svyaz.org.administrators import is_administrator
from svyaz.org.password_checks import Check, check_own
from svyaz.storage import accounts, directory
from svyaz.storage.accounts import Login
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company
from svyaz.tenancy.seal import sealer

SECONDS, AT_ONCE = 8, 3
LONGEST = 1_000
_asking = threading.BoundedSemaphore(AT_ONCE)


def check_own_password(company: Company, login: str, password: str, known: Login | None) -> Login | None:
    with company.read() as session:
        settings = find_directory(session)
        only_there = (
            settings is not None
            and settings.sign_in
            and known is not None
            and directory.find_tied(session, known.employee) is not None
            and not is_administrator(session, known.employee)
        )
    if only_there:
        sessions.may_enter(None, password)
        return None
    return check_own(company, login, password, known)


def check_domain_password(company: Company, login: str, password: str, known: Login | None) -> Login | None:
    """Raises DirectoryFailed when nobody could be asked."""
    with company.read() as session:
        settings = find_directory(session, sealer(company.home))
        if settings is None or not settings.sign_in or not password.strip("\0") or len(password) > LONGEST:
            return None
        person = known or _by_short_name(session, login)
        tied = directory.find_tied(session, person.employee) if person else None
    enters = _ask(settings, tied.guid if tied else str(uuid.uuid4()), password)
    return person if enters and tied is not None else None


def _ask(settings: Directory, guid: str, password: str) -> bool:
    if not _asking.acquire(timeout=SECONDS):
        raise DirectorySilent(host=settings.host, seconds=SECONDS)
    try:
        with opened(settings, SECONDS) as connection:
            found = find_state(connection, settings, guid)
        name, disabled = found or (f"CN={guid},{settings.base}", True)
        return fits(settings, name, password, SECONDS) and not disabled
    finally:
        _asking.release()


def _by_short_name(session: Session, login: str) -> Login | None:
    """«petrov@firm.local» and «FIRM\\petrov» are petrov: people type what Windows has taught them."""
    return accounts.find_login(session, fold(sessions.short_name(login)))


CHECKS: tuple[Check, ...] = (check_own_password, check_domain_password)
