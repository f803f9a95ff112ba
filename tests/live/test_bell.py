"""The bell rings by itself: a notice is told within a look, to its person alone, in all his tabs."""

from __future__ import annotations

from svyaz.storage import notices
from tests.live.listening import Room

BELL = {"notices": True}


def ring(room: Room, name: str) -> int:
    with room.site.company.write() as session:
        shape = session.snapshot.entities["activity"]
        return notices.add_notice(session, room.site.people[name], "reminder", shape.number, 1)


def test_notice_is_told_at_the_next_look_and_to_its_person_alone(room: Room) -> None:
    olga, anna = room.listen("Ольга"), room.listen("Анна")
    ring(room, "Ольга")
    room.look()
    assert (BELL in olga.take(), BELL in anna.take()) == (True, False)
    assert BELL not in olga.heard()  # once


def test_notices_of_before_are_not_told_to_who_comes_later(room: Room) -> None:
    ring(room, "Ольга")
    olga = room.listen("Ольга")
    assert BELL not in olga.heard()


def test_what_is_read_in_one_tab_is_read_in_the_other(room: Room) -> None:
    olga = room.listen("Ольга")
    id = ring(room, "Ольга")
    assert BELL in olga.heard()
    room.live.ring(room.site.people["Ольга"])
    assert BELL in olga.heard()
    assert id


def test_notice_whose_transaction_was_late_is_told_too(room: Room) -> None:
    """Ids are taken before the commit, so a smaller one may come after a larger."""
    olga = room.listen("Ольга")
    late = ring(room, "Ольга")
    with room.site.company.write() as session:
        kept = session.fetch("SELECT * FROM sv_notice WHERE id = ?", (late,))[0]
        session.run("DELETE FROM sv_notice WHERE id = ?", (late,))
    ring(room, "Анна")
    assert BELL not in olga.heard()
    with room.site.company.write() as session:
        session.run("INSERT INTO sv_notice VALUES (?, ?, ?, ?, ?, ?, ?)", kept)
    assert BELL in olga.heard()
