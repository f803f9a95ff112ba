"""What is swept each night: ended sessions and shares, unused uploads, jobs that ended long ago, old answers to repeats,
old rows of the journal, old invitations and letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from svyaz.jobs.worker import JobContext
from svyaz.org import invitations, journal
from svyaz.records import idempotency
from svyaz.storage import accounts, blobs, queue, shares

UPLOADS, JOBS = timedelta(days=2), timedelta(days=30)


def run(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, int]:
    with context.company.write() as session:
        return {
            "sessions": accounts.forget_old_sessions(session, accounts.micros(session.now)),
            "uploads": blobs.sweep(session, context.company.blobs, session.now - UPLOADS),
            "jobs": queue.forget_ended(session, session.now - JOBS),
            "shares": shares.sweep(session),
            "journal": journal.sweep(session),
            "invitations": invitations.sweep(session),
            "answers": idempotency.forget_old(session),
        }
