"""What a grant asks of a record besides its scope: the rule, the rule of the verb, and the stage it stands on.

Rights of a stage say whether a record on it is seen, may be moved there, and may be changed while it stands there.
The first and the last are conditions like any other.  Where a record is moved to is not in the record yet, so it is
asked apart, at writing (`may_enter`), and as with fields the most generous of the roles that let change decides.
"""

from __future__ import annotations

from functools import reduce

from svyaz.access.paths import typed_path
from svyaz.expression.tree import YES_NO, Call, Constant, Node, both
from svyaz.schema.snapshot import STAGE_RIGHTS, Entity, Grant

# What a verb asks of the stage; `see` is joined to all but `add`, whose record is not there to be seen yet.
OF_STAGE = {"see": "see", "add": "enter", "change": "change", "delete": "change"}


def narrowed(shape: Entity, grant: Grant, verb: str) -> Node | None:
    """None: nothing besides."""
    every = (grant.rule, grant.rules.get(verb), _stages(shape, grant, verb))
    return reduce(both, every, None)


def enters(grant: Grant, stage: str) -> bool:
    return "enter" in STAGE_RIGHTS[grant.stages.get(stage, "")]


def _stages(shape: Entity, grant: Grant, verb: str) -> Node | None:
    asked, field = OF_STAGE.get(verb), shape.by_role("stage")
    if asked is None or field is None or field.hidden:
        return None
    path = typed_path(field)
    shut = [key for key, right in grant.stages.items() if asked not in STAGE_RIGHTS[right]]
    away: list[Node | None] = [Call("<>", (path, Constant(key, path.type)), YES_NO) for key in shut]
    return reduce(both, away, None)
