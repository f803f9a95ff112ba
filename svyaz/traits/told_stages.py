"""Source of the feed: the stages a record has stood on, by their own dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from svyaz.access.actor import Actor
from svyaz.access.fields import may_read
from svyaz.kernel.values import Ref
from svyaz.records.cells import seen_labels
from svyaz.records.read import ground_of
from svyaz.records.timeline import Item
from svyaz.storage import changes, stage_moves
from svyaz.storage.session import Session

LOOKED = 200


class ToldStages:
    kinds: tuple[str, ...] = ("stage",)

    def planned(self, session: Session, actor: Actor, about: Ref) -> Sequence[Item]:
        return ()

    def done(
        self, session: Session, actor: Actor, about: Ref, kind: str, until: datetime | None, limit: int
    ) -> Sequence[Item]:
        shape = session.snapshot.entities[about.entity]
        field = shape.by_role("stage")
        if field is None or "staged" not in shape.traits:
            return ()
        if not may_read(session.snapshot, actor, about.entity, field.key):
            return ()
        log = changes.of_record(session, shape.number, about.id, limit=LOOKED)
        who = {one.at: one.actor for one in log if one.kind == "Created" or field.number in one.body}
        labels = seen_labels(session, actor, ground_of(session, actor), "employee", {id for id in who.values() if id})
        told = []
        for position, move in enumerate(stage_moves.moves_of(session, about.id)):
            stage = shape.stages.get(move.stage)
            by = who.get(move.entered_at)
            if until is None or move.entered_at <= until:
                told.append(
                    Item(
                        id=f"stage:{position:06d}",
                        kind="stage",
                        at=move.entered_at,
                        title=stage.title.say(actor.language) if stage else move.stage,
                        text=move.stage,
                        author=[by, labels.get(by)] if by else None,
                        about=[about.entity, about.id, None],
                    )
                )
        return told[::-1]
