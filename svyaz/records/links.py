"""A link may be set only to a living record that the actor may see: what one cannot open, one cannot point to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from svyaz.access.apply import condition, far_of
from svyaz.expression.tree import both
from svyaz.kernel.problem import Denied, NotFound
from svyaz.records.cells import id_in
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry, say
from svyaz.records.formulas import link_targets
from svyaz.records.problems import LinkNotFound
from svyaz.storage import run_query
from svyaz.storage.query import Query
from svyaz.storage.row_locks import lock

MOST_AT_ONCE = 2000


def seen_ids(entry: Entry, entity: str, ids: Iterable[int], verb: str = "see") -> set[int]:
    """Which of these living records the actor may `verb`; asks the database once for all."""
    wanted = list(dict.fromkeys(ids))
    found: set[int] = set()
    try:
        allowed = condition(entry.session.snapshot, entry.actor, entity, verb)
    except (NotFound, Denied):
        return found
    far = far_of(entry.session.snapshot, entry.actor)
    for start in range(0, len(wanted), MOST_AT_ONCE):
        part = wanted[start : start + MOST_AT_ONCE]
        query = Query(entity, (), where=both(allowed, id_in(part)), limit=len(part), far=far)
        found.update(run_query.ids(entry.session, query, entry.ground))
    return found


def check_links(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Add LinkNotFound to every draft that newly points to what is absent, deleted or unseen."""
    asked: list[tuple[Draft, str, str, int]] = []
    wanted: dict[str, list[int]] = {}
    for key in entry.links:
        field = entry.fields[key]
        for draft in drafts:
            held, value = draft.before.get(key), draft.values.get(key)
            if value is None or value == held:
                continue
            before = set(link_targets(field, held))
            for entity, id in link_targets(field, value):
                if (entity, id) not in before:
                    asked.append((draft, key, entity, id))
                    wanted.setdefault(entity, []).append(id)
    know_links(entry, wanted)
    for draft, key, entity, id in asked:
        if not entry.seen_links[entity][id]:
            draft.problems.append(
                LinkNotFound(f"{draft.place}values.{key}", field=say(entry.fields[key], entry), id=id)
            )


def know_links(entry: Entry, wanted: Mapping[str, Sequence[int]]) -> None:
    """Ask which of these records the actor may point to, and hold those: the answers are in `entry.seen_links`."""
    for entity, ids in wanted.items():
        known = entry.seen_links.setdefault(entity, {})
        unknown = [id for id in ids if id not in known]
        if unknown:
            seen = seen_ids(entry, entity, unknown) if entity in entry.session.snapshot.entities else set()
            seen &= lock(entry.session, entity, seen, "link") if seen else set()
            if entity == "employee" and entry.actor.employee in unknown:
                seen.add(entry.actor.employee)  # oneself one may always name
            known.update((id, id in seen) for id in unknown)
