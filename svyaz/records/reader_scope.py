"""What a formula of a reader (a filter, a sort, a column) may speak of: only fields he may read, at every hop.

A hidden field is refused exactly like one that does not exist, and is never suggested.
"""

from __future__ import annotations

from svyaz.access.actor import Actor
from svyaz.access.fields import may_read
from svyaz.expression.check import Scope
from svyaz.expression.scope import Slot
from svyaz.schema.scope import EntityScope, walk
from svyaz.schema.snapshot import Entity, Field, Snapshot

Keys = tuple[str, ...]


class ReaderScope:
    """Implements expression.scope.Scope over EntityScope."""

    def __init__(self, snapshot: Snapshot, actor: Actor, entity: str) -> None:
        self.snapshot = snapshot
        self.actor = actor
        self.entity = entity
        self.whole: Scope = EntityScope(snapshot.entities, entity)

    def slot(self, keys: Keys) -> Slot | None:
        found = self.whole.slot(keys)
        return found if found is not None and self._readable(found.keys) else None

    def suggest(self, key: str) -> list[str]:
        return [one for one in self.whole.suggest(key) if may_read(self.snapshot, self.actor, self.entity, one)]

    def last_field(self, keys: Keys) -> Field | None:
        """The field at the end of a path, if the reader may go all the way."""
        if not self._readable(keys):
            return None
        walked = walk(self.snapshot.entities, self.snapshot.entities[self.entity], keys)
        return walked[-1] if walked else None

    def _readable(self, keys: Keys) -> bool:
        walked = walk(self.snapshot.entities, self.snapshot.entities[self.entity], keys)
        if walked is None:
            return False
        here: tuple[Entity, ...] = (self.snapshot.entities[self.entity],)
        for field in walked:
            # `entity` of a link to any object is no field of anybody; it tells what the link itself tells.
            real = [one for one in here if field.key in one.by_key]
            if real and not any(may_read(self.snapshot, self.actor, one.key, field.key) for one in real):
                return False
            targets = field.targets or (tuple(self.snapshot.entities) if field.type == "any_link" else ())
            here = tuple(self.snapshot.entities[key] for key in targets if key in self.snapshot.entities)
        return True
