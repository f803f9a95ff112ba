"""Who may say that a password fits: the list of ways to check one, asked in turn until one of them lets in.

    found = who_enters(company, "olga", "верный-пароль-7", known)      # a Login, or None

A way is called outside of any transaction: it may think for long (argon2id) or ask a domain.  It gets the login as it
was typed and the way in of that name, if there is one, and answers whose way in this opens, or None.  It raises nothing
for a wrong password; a Problem of its own (the domain is silent) is remembered and told if nobody else lets in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from svyaz.kernel.problem import Problem
from svyaz.org import sessions
from svyaz.storage.accounts import Login
from svyaz.tenancy.company import Company

Check = Callable[[Company, str, str, Login | None], Login | None]


def check_own(company: Company, login: str, password: str, known: Login | None) -> Login | None:
    """The password that Svyaz keeps itself; the same time is taken when there is none."""
    return known if sessions.may_enter(known, password) else None


CHECKS: tuple[Check, ...] = (check_own,)


def who_enters(
    company: Company, login: str, password: str, known: Login | None, checks: Sequence[Check] = CHECKS
) -> Login | None:
    failed: Problem | None = None
    for check in checks:
        try:
            found = check(company, login, password, known)
        except Problem as problem:
            failed = problem
            continue
        if found is not None and found.active:
            return found
    if failed is not None:
        raise failed
    return None
