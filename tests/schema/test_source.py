"""Reading, merging and numbering of sources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from svyaz.kernel.problem import Problem, Problems
from svyaz.schema.resolve import resolve
from svyaz.schema.source import Source, assign_numbers, from_json, merge, read_folder, to_json
from svyaz.traits.registry import SHAPES
from tests.snapshots import entity, field, sales_snapshot, sales_source, small_source


def write(folder: Path, path: str, text: str | bytes) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_folder_is_read_with_places_and_origin(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    write(folder, "solution.toml", 'key = "trade"\nmenu = [{ entity = "book" }]\n[settings]\ncurrency = "KZT"\n')
    write(folder, "entities/book.toml", 'key = "book"\ntitle = "Книга"\n')
    write(folder, "dictionaries/all.toml", '[[dictionary]]\nkey = "genre"\n[[dictionary]]\nkey = "city"\n')
    write(folder, "roles/reader.toml", 'key = "reader"\ntitle = "Читатель"\n')
    write(folder, "sample/book.csv", "key,title\n")
    source = read_folder(folder)
    assert source.settings == {"currency": "KZT"}
    assert [(one.place, one.origin) for one in source.entities] == [
        (f"{tmp_path.name}/shop/entities/book.toml", "trade")
    ]
    assert [one.table["key"] for one in source.dictionaries] == ["genre", "city"]
    assert source.dictionaries[1].place == f"{tmp_path.name}/shop/dictionaries/all.toml: dictionary 2"
    assert source.roles[0].table["title"] == "Читатель"


def test_every_file_that_cannot_be_read_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, "entities/a.toml", "key = = 5\n")
    write(tmp_path, "entities/b.toml", b"key = '\xff\xfe'\n")
    write(tmp_path, "roles/c.toml", 'key = "c"\n')
    with pytest.raises(Problems) as several:
        read_folder(tmp_path)
    assert [one.place.rpartition("/")[2] for one in several.value.problems] == ["a.toml", "b.toml"]
    assert "line 1" in several.value.problems[0].facts["detail"]


def test_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        read_folder(tmp_path / "nowhere")
    assert problem.value.code == "source_unreadable"


def test_later_source_wins_in_settings_and_adds_the_rest() -> None:
    whole = merge(
        [
            Source(settings={"currency": "RUB", "zone": "Asia/Omsk"}, menu=({"entity": "a"},)),
            Source(settings={"currency": "USD"}, menu=({"entity": "b"},)),
        ]
    )
    assert whole.settings == {"currency": "USD", "zone": "Asia/Omsk"}
    assert whole.menu == ({"entity": "a"}, {"entity": "b"})


def test_numbers_are_given_once_and_stay() -> None:
    first, free = assign_numbers(sales_source(), 1, SHAPES)
    again, same = assign_numbers(first, free, SHAPES)
    assert (again, same) == (first, free)
    snapshot = resolve(first, SHAPES, 1)
    numbers = [one.number for one in snapshot.entities.values()]
    numbers += [one.number for each in snapshot.entities.values() for one in each.fields if not one.system]
    assert sorted(numbers) == list(range(1, free))


def test_new_field_gets_the_next_number_and_moves_nobody() -> None:
    before = small_source(entity("book", field("title")))
    grown = from_json(json.loads(json.dumps(to_json(before))))
    table = {**grown.entities[0].table, "field": [field("isbn"), field("title")]}
    after, free = assign_numbers(Source(entities=(type(grown.entities[0])("p", "", table),)), 3, SHAPES)
    assert after.entities[0].table["numbers"] == {"title": 2, "isbn": 3}
    assert free == 4


def test_source_survives_json_and_gives_the_same_digest() -> None:
    source, _ = assign_numbers(sales_source(), 1, SHAPES)
    back = from_json(json.loads(json.dumps(to_json(source), ensure_ascii=False)))
    assert resolve(back, SHAPES, 7).digest == sales_snapshot().digest


def test_dates_of_toml_become_text_so_that_a_source_is_json(tmp_path: Path) -> None:
    write(tmp_path, "entities/a.toml", 'key = "a"\nwhen = 2026-01-02\n')
    assert json.loads(json.dumps(to_json(read_folder(tmp_path))))["entities"][0]["table"]["when"] == "2026-01-02"
