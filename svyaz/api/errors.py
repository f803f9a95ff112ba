"""Problems become answers: the code and facts for programs, the words for people.

{"error": {"code", "text", "place", "facts", "problems": [{"code", "text", "place", "facts"}]}}
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from svyaz.kernel.clock import iso
from svyaz.kernel.http import Answer
from svyaz.kernel.problem import Problem, Problems
from svyaz.kernel.words import load_words

LONGEST_FACT = 500
DEEPEST_FACT = 20


class BadRequest(Problem):
    code = "bad_request"  # facts: expected
    status = 400


class AddressNotFound(Problem):
    code = "address_not_found"  # facts: path
    status = 404


class MethodNotAllowed(Problem):
    code = "method_not_allowed"  # facts: allowed
    status = 405


class TooSlow(Problem):
    """Nothing of the body came for so long that the place is given to others."""

    code = "too_slow"  # facts: seconds
    status = 408


class WrongOrigin(Problem):
    code = "wrong_origin"
    status = 403


class TooLarge(Problem):
    code = "too_large"  # facts: most
    status = 413


class TooManyRequests(Problem):
    code = "too_many_requests"  # facts: seconds
    status = 429


class WrongMediaType(Problem):
    code = "wrong_media_type"  # facts: expected
    status = 415


class ServerBroken(Problem):
    """Our own fault: the person gets a number to tell, the log gets the rest."""

    code = "server_broken"  # facts: number
    status = 500


def answer_problem(problem: Problem, language: str) -> Answer:
    told: dict[str, Any] = describe(problem, language)
    several = problem.problems if isinstance(problem, Problems) else ()
    told["problems"] = [describe(one, language) for one in several]
    status = max((one.status for one in several), default=problem.status)
    headers = {"Retry-After": str(problem.facts["seconds"])} if status == 429 and "seconds" in problem.facts else {}
    return Answer(status, {"error": told}, headers=headers)


def describe(problem: Problem, language: str) -> dict[str, Any]:
    return {
        "code": problem.code,
        "text": load_words(language).problem(problem),
        "place": problem.place,
        "facts": {key: plain_fact(value) for key, value in problem.facts.items()},
    }


def plain_fact(value: Any, deep: int = 0) -> Any:
    """A fact as JSON; what is long is cut, since it may be what a stranger sent, and so is a number beyond 64 bits."""
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset | dict) and deep == DEEPEST_FACT:
        return "…"
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_fact(one, deep + 1) for one in list(value)[:50]]
    if isinstance(value, dict):
        return {str(key): plain_fact(one, deep + 1) for key, one in list(value.items())[:50]}
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_FACT else text[:LONGEST_FACT] + "…"
