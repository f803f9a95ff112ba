"""The page about files of a solution names every setting there is, and its examples hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from svyaz.schema.reading import FORMS
from svyaz.schema.roles import ABILITIES
from svyaz.schema.snapshot import SCOPES, VERBS
from tests.snapshots import sales_snapshot

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "user" / "solution-files.md").read_text(encoding="utf-8")
SALES_PAGE = (ROOT / "docs" / "user" / "sales.md").read_text(encoding="utf-8")


def test_every_form_verb_scope_and_ability_is_told() -> None:
    assert [word for word in (*FORMS, *VERBS, *SCOPES, *ABILITIES) if word not in PAGE] == []


def test_examples_are_lawful_toml() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(examples) == 4
    for example in examples:
        tomllib.loads(example)


def test_page_about_sales_tells_every_stage_view_and_role() -> None:
    shape = sales_snapshot().entities["deal"]
    words = [stage.title.ru for stage in shape.stages.values()] + [view.title.ru for view in shape.views]
    words += [role.title.ru for role in sales_snapshot().roles.values()]
    words += [one.title.ru for one in sales_snapshot().entities.values() if one.kind == "dictionary"]
    assert [word for word in words if word not in SALES_PAGE] == []
