"""A check: the whole file goes through the very code of the import, and nothing is kept but the fates.

It is a job: fates of a hundred thousand rows are not waited for in a request.  The fates stand in sv_import_row under
a number of their own, what is not understood stands in the run's body; a new plan or a new check makes both old.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from svyaz.access.actor import Actor
from svyaz.exchange.column_map import ImportPlan
from svyaz.exchange.file_rows import FileRow, Reading
from svyaz.exchange.import_run import Importing, import_rows, told_problems
from svyaz.exchange.lookup import LinkNameUnknown
from svyaz.exchange.rehearsal import Rehearsal
from svyaz.exchange.tables import TableFile
from svyaz.exchange.unmatched import Words, told_unmatched
from svyaz.storage import import_runs
from svyaz.storage.import_runs import RowFate
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company


@dataclass(slots=True)
class Checked:
    """rows: all there are.  made: entity -> how many records links would make."""

    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    unmatched: list[dict[str, Any]] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)

    def count(self, fates: Sequence[RowFate]) -> None:
        for one in fates:
            self.counts[one.fate] = self.counts.get(one.fate, 0) + 1


def rehearse(
    company: Company,
    actor_of: Callable[[Session], Actor],
    reading: Reading,
    table: TableFile,
    report: Callable[[int], None],
    cancelled: Callable[[], bool],
    keep: Callable[[Sequence[RowFate]], None],
    most: int | None = None,
) -> Checked | None:
    """All rows, or the first `most`, by the import's own code; None when cancelled."""
    told, words, rehearsal = Checked(), Words(), Rehearsal()

    def kept(rows: Sequence[FileRow], fates: Sequence[RowFate]) -> None:
        words.add(reading, rows)
        told.rows += len(rows)
        told.count(fates)
        keep(fates)

    importing = Importing(0, 0, reading, table, actor_of, rehearsal=rehearsal, keep=kept)
    if not import_rows(importing, company.write, report, cancelled, most=most):
        return None
    lost = rehearsal.lost(reading, words.own)
    with company.read() as session:
        actor = actor_of(session)
        told.unmatched = told_unmatched(session, actor, reading, words)
        partial = [_partial(session, actor, row, links, reading) for row, links in lost.items()]
    told.made = {entity: len(names) for entity, names in rehearsal.made.items()}
    told.counts = _with_partial(told.counts, len(partial))
    keep(partial)
    return told


def run_check(
    company: Company,
    run: int,
    check: int,
    opened: Callable[[Session, import_runs.ImportRun], tuple[Reading, TableFile]],
    counted: Callable[[TableFile, ImportPlan], int | None],
    actor_of: Callable[[Session, int | None], Actor],
    report: Callable[[int, int | None], None],
    cancelled: Callable[[], bool],
) -> dict[str, int]:
    """The runner.  A second attempt begins anew: nothing has been kept that could be made twice."""
    with company.write() as session:
        found = import_runs.find(session, run)
        if found is None or not _is_current(found, check):
            return {}
        reading, table = opened(session, found)
        import_runs.forget_rows(session, check)
    total = counted(table, reading.plan)
    report(0, total)

    def keep(fates: Sequence[RowFate]) -> None:
        with company.write() as session:
            import_runs.put_rows(session, check, fates)

    checked = rehearse(
        company,
        lambda session: actor_of(session, found.actor),
        reading,
        table,
        lambda row: report(row - reading.plan.header_row, total),
        cancelled,
        keep,
    )
    if checked is None:
        return {}
    with company.write() as session:
        now = import_runs.find(session, run)
        if now is None or not _is_current(now, check):
            import_runs.forget_rows(session, check)
            return {}
        body: Mapping[str, Any] = {
            **now.body,
            "check": {
                **now.body["check"],
                "state": "done",
                "total": checked.rows,
                "counts": checked.counts,
                "unmatched": checked.unmatched,
                "made": checked.made,
            },
        }
        import_runs.save(session, replace(now, body=body))
    return checked.counts


def _is_current(found: import_runs.ImportRun, check: int) -> bool:
    return found.state == "ready" and (found.body.get("check") or {}).get("id") == check


def _partial(session: Session, actor: Actor, row: int, links: Sequence[tuple[str, str]], reading: Reading) -> RowFate:
    title = reading.entity.title.say(actor.language)
    problems = [LinkNameUnknown(f"values.{key}", value=word[:100], entity=title) for key, word in links]
    return RowFate(row, "partial", None, told_problems(actor, problems))


def _with_partial(counts: Mapping[str, int], partial: int) -> dict[str, int]:
    if not partial:
        return dict(counts)
    return {**counts, "created": counts.get("created", 0) - partial, "partial": partial}
