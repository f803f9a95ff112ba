"""A repeated POST with the same Idempotency-Key makes nothing twice: it gets the record that the first one made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from svyaz.access.actor import Actor
from svyaz.records.problems import IdempotencyKeyReused, IdempotencyKeyTooLong
from svyaz.storage import answered
from svyaz.storage.answered import Answered
from svyaz.storage.session import Session

LONGEST = 200
KEEP_DAYS = 2


def find(session: Session, actor: Actor, key: str, entity: str, values: Mapping[str, Any]) -> int | None:
    """The id that this key has made; None when it is new.

    Raises IdempotencyKeyReused when the key came with another entity or other values, IdempotencyKeyTooLong.
    """
    if len(key) > LONGEST:
        raise IdempotencyKeyTooLong(length=len(key), max=LONGEST)
    known = answered.find_answered(session, actor.employee or 0, key)
    if known is None:
        return None
    if known.request != _digest(entity, values):
        raise IdempotencyKeyReused(key=key)
    return int(known.answer)


def keep(session: Session, actor: Actor, key: str, entity: str, values: Mapping[str, Any], id: int) -> None:
    """In the transaction that made the record."""
    answered.keep_answered(session, actor.employee or 0, key, Answered(_digest(entity, values), str(id)), 201)


def forget_old(session: Session) -> int:
    return answered.forget_answered(session, session.now - timedelta(days=KEEP_DAYS))


def _digest(entity: str, values: Mapping[str, Any]) -> str:
    asked = orjson.dumps([entity, values], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(asked).hexdigest()
