"""Kinds of views: what is not said is chosen where the choice is evident, and a field that goes takes its view along."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.configurator.tidy import forget_field
from svyaz.configurator.uses import uses_of
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import View
from svyaz.traits.registry import SHAPES
from tests.snapshots import entity, field, small_source

VISIT = entity(
    "visit",
    field("title"),
    field("seen_on", "date"),
    field("due", "datetime", role="deadline"),
    field("photo", "image"),
    field("inside", "link", to="visit"),
    field("mood", "choice", options=[{"key": "good", "title": "Хорошо"}]),
    field("cost", "money"),
    field("where", "place"),
    field("half", "formula", formula="seen_on"),
)


def view_of(**view: str) -> View:
    snapshot = resolve(small_source({**VISIT, "view": [{"key": "v", "title": "В", **view}]}), SHAPES, 1)
    return snapshot.entities["visit"].views[0]


@pytest.mark.parametrize(
    ("said", "options", "group"),
    [
        ({"kind": "calendar"}, {"date": "due"}, ""),
        ({"kind": "calendar", "date": "seen_on", "until": "due"}, {"date": "seen_on", "until": "due"}, ""),
        ({"kind": "calendar", "date": "half"}, {"date": "half"}, ""),
        ({"kind": "gantt", "until": "due"}, {"date": "due", "until": "due"}, ""),
        ({"kind": "gallery"}, {}, ""),
        ({"kind": "gallery", "picture": "photo"}, {"picture": "photo"}, ""),
        ({"kind": "tree"}, {"parent": "inside"}, ""),
        ({"kind": "map"}, {"place": "where"}, ""),
        ({"kind": "chart"}, {"look": "bars"}, "mood"),
        (
            {"kind": "chart", "group": "seen_on:month", "look": "line", "total": "cost"},
            {"look": "line"},
            "seen_on:month",
        ),
        ({"kind": "list"}, {}, ""),
    ],
)
def test_what_is_not_said_is_the_evident_field(said: dict[str, str], options: dict[str, str], group: str) -> None:
    view = view_of(**said)
    assert (dict(view.options), view.group) == (options, group)


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ("seen_on", {"tree", "gallery", "list", "counted"}),
        ("inside", {"days", "bars", "gallery", "list", "counted"}),
        ("photo", {"days", "bars", "tree", "gallery", "list", "counted"}),
        ("mood", {"days", "bars", "tree", "gallery", "list"}),
    ],
)
def test_view_goes_with_the_field_it_stands_on_and_outlives_a_picture(gone: str, left: set[str]) -> None:
    views: list[dict[str, Any]] = [
        {"key": "days", "title": "Д", "kind": "calendar", "date": "seen_on"},
        {"key": "bars", "title": "Г", "kind": "gantt", "date": "seen_on", "until": "due"},
        {"key": "tree", "title": "Т", "kind": "tree", "parent": "inside"},
        {"key": "gallery", "title": "К", "kind": "gallery", "picture": "photo"},
        {"key": "counted", "title": "Ч", "kind": "chart", "group": "mood"},
        {"key": "list", "title": "С", "columns": ["title", gone]},
    ]
    source = small_source({**VISIT, "view": views})
    before = resolve(source, SHAPES, 1)
    assert {use.key for use in uses_of(before, "visit", gone) if use.kind == "view"} >= {"list"} | (
        {"days", "bars", "tree", "gallery", "counted"} - left
    )
    tidied = forget_field(source, before, "visit", gone).entities[-1].table["view"]
    assert {one["key"] for one in tidied} == left
    assert all(gone not in one.values() for one in tidied)
