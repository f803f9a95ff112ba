"""Deals with histories of one's own choice, and the funnel counted from them by plain reading.

`by_hand` follows the words of docs/algorithms/funnel.md, figure by figure, and knows nothing of courses:
what the database folds and reports/funnel.py counts must come to the same.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from svyaz.storage import stage_moves
from svyaz.storage.stage_moves import StageMove
from tests.cast import Cast

STAGES = ("new", "qualified", "needs", "offer", "talks", "contract", "payment")
WON, LOST, ELSEWHERE = "success", "failed", "prospecting"
FIGURES = ("entered", "went_on", "won_after", "left", "in_progress", "lost")

Visit = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Stay:
    stage: str
    entered: datetime
    left: datetime | None


def stays_of(visits: Sequence[Visit]) -> list[Stay]:
    following = [at for _, at in visits[1:]]
    return [Stay(stage, at, left) for (stage, at), left in zip(visits, [*following, None], strict=True)]


def plant(cast: Cast, visits: Sequence[Visit], **values: Any) -> int:
    """A deal that stands where its history ends."""
    stage = visits[-1][0]
    needed = {"loss_reason": values.pop("loss_reason", None) or reason(cast, "Дорого")} if stage == LOST else {}
    if stage in ("contract", "payment", "success"):
        needed = {"counterparty": client(cast), "amount": "1"}
    made = cast.system.create("deal", title="Насосы", **{**needed, "stage": stage, **values})
    number = cast.snapshot.entities["deal"].number
    pipelines = {one.key: line.key for line in cast.snapshot.entities["deal"].pipelines for one in line.stages}
    with cast.company.write() as session:
        stage_moves.forget_moves(session, [made.id])
        moves = [StageMove(made.id, pipelines[one.stage], one.stage, one.entered, one.left) for one in stays_of(visits)]
        stage_moves.backfill(session, number, moves)
    return made.id


def reason(cast: Cast, title: str) -> int:
    return _once(cast, "loss_reason", title=title)


def client(cast: Cast) -> int:
    return _once(cast, "counterparty", title="Ромашка-клиент")


def _once(cast: Cast, entity: str, title: str) -> int:
    found = cast.system.ids(entity, filter=f'title = "{title}"', fields=("label",))
    return found[0] if found else cast.system.create(entity, title=title).id


def by_hand(
    histories: Sequence[Sequence[Visit]], since: datetime | None, until: datetime | None
) -> dict[str, dict[str, Any]]:
    """Stage -> figure -> how many; days as well."""
    return {stage: _stage(histories, stage, since, until) for stage in STAGES}


def _stage(
    histories: Sequence[Sequence[Visit]], stage: str, since: datetime | None, until: datetime | None
) -> dict[str, Any]:
    counts: dict[str, Any] = dict.fromkeys(FIGURES, 0)
    lengths = []
    for visits in histories:
        seen = [one for one in stays_of(visits) if until is None or one.entered < until]
        own = [one for one in seen if one.stage != ELSEWHERE]
        came = _reached(own, stage)
        now = next((one for one in own if one.left is None or (until is not None and one.left >= until)), None)
        at_start = next(
            (
                one.stage
                for one in own
                if since is not None and one.entered < since and (one.left is None or one.left >= since)
            ),
            None,
        )
        later = _reached(own, (*STAGES, WON)[STAGES.index(stage) + 1])
        stands = now is not None and now.stage == stage
        entered = came is not None and (since is None or came >= since)
        counts["entered"] += entered
        counts["went_on"] += entered and later is not None
        counts["won_after"] += entered and now is not None and now.stage == WON
        counts["left"] += (entered or at_start == stage) and not stands
        counts["in_progress"] += stands
        if now is not None and now.stage == LOST and (since is None or now.entered >= since):
            before = [one.stage for one in own if one.stage != LOST]
            counts["lost"] += (STAGES[0] if not before else STAGES[-1] if before[-1] == WON else before[-1]) == stage
        lengths += [
            math.floor((one.left - one.entered).total_seconds() / 864 + 0.5)
            for one in own
            if one.stage == stage
            and one.left is not None
            and (since is None or one.left >= since)
            and (until is None or one.left < until)
        ]
    counts["days_median"] = _days(statistics.median(lengths)) if lengths else None
    counts["days_90"] = _days(sorted(lengths)[math.ceil(len(lengths) * 9 / 10) - 1]) if lengths else None
    return counts


def _reached(stays: Sequence[Stay], stage: str) -> datetime | None:
    """The first moment it stood on the stage or on any later one; to the first stage everything comes."""
    line = (*STAGES, WON)
    far = [one.entered for one in stays if one.stage in line[line.index(stage) :]]
    if stage == STAGES[0]:
        far = [one.entered for one in stays]
    return min(far, default=None)


def _days(hundredths: float) -> float:
    """Lengths are kept in hundredths of a day; a half of one goes up."""
    return math.floor(hundredths + 0.5) / 100
