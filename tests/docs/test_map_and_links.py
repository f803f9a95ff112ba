"""The map names every room, links of the documents lead somewhere, the help of make is whole."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_every_room_of_the_code_is_on_the_map() -> None:
    told = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    rooms = [path.name for path in (ROOT / "svyaz").iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert [room for room in sorted(rooms) if f"  {room}/" not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_of_a_page_lead_to_files_that_exist(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [one for one in targets if one and "://" not in one and not (page.parent / one).exists()]
    assert missing == []


def test_every_decision_is_in_the_list_of_decisions() -> None:
    told = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    records = sorted(path.name for path in (ROOT / "docs" / "adr").glob("0*.md"))
    assert [record for record in records if f"({record})" not in told] == []
    numbers = [record[:4] for record in records]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_every_command_of_make_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (declared,) = re.findall(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)
    told = re.findall(r"^([a-z]+):.*## ", makefile, flags=re.MULTILINE)
    assert sorted(declared.split()) == sorted(told)
