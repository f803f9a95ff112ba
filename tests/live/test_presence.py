"""Who else is on the card: names, to those who are on it, for half a minute after the last word."""

from __future__ import annotations

from svyaz.live.presence import MOST_CARDS, Presence
from svyaz.schema.snapshot import Grant
from tests.live.listening import Room, Served, Time


def people(room: Room, ear: str) -> int:
    return room.site.people[ear]


def test_two_people_on_a_card_are_told_of_each_other_and_a_third_is_not(room: Room) -> None:
    cast = room.site.cast
    deal = cast.person("Ольга").create("deal", title="Насосы")
    olga, igor, maria = (room.listen(name) for name in ("Ольга", "Игорь", "Мария Сергеевна"))
    card = ("deal", deal.id)
    room.live.presence.come(cast.people["Ольга"], card)
    assert olga.heard() == [{"present": {"entity": "deal", "id": deal.id, "people": []}}]
    room.live.presence.come(cast.people["Игорь"], card)
    room.look()
    assert [one["present"]["people"] for one in olga.take()] == [[[cast.people["Игорь"], "Игорь Орлов"]]]
    assert [one["present"]["people"] for one in igor.take()] == [[[cast.people["Ольга"], "Ольга Смирнова"]]]
    assert maria.take() == []


def test_whoever_says_nothing_for_half_a_minute_is_no_longer_there(room: Room) -> None:
    cast = room.site.cast
    deal = cast.person("Ольга").create("deal", title="Насосы")
    olga = room.listen("Ольга")
    card = ("deal", deal.id)
    room.live.presence.come(cast.people["Игорь"], card)
    room.time.at += 20
    room.live.presence.come(cast.people["Ольга"], card)
    assert [one["present"]["people"] for one in olga.heard()] == [[[cast.people["Игорь"], "Игорь Орлов"]]]
    assert [one["present"]["people"] for one in olga.heard(passed=11)] == [[]]


def test_whoever_lost_the_record_while_on_its_card_is_told_of_nobody(room: Room) -> None:
    cast = room.site.cast
    deal = cast.person("Ольга").create("deal", title="Насосы")
    olga = room.listen("Ольга")
    card = ("deal", deal.id)
    room.live.presence.come(cast.people["Ольга"], card)
    olga.heard()
    cast.system.change("deal", deal.id, responsible=cast.people["Анна"])
    olga.heard()
    room.live.presence.come(cast.people["Анна"], card)
    assert [one for one in olga.heard() if "present" in one] == []


def test_name_is_not_told_to_who_may_not_see_people(room: Room) -> None:
    cast = room.site.cast
    deal = cast.person("Игорь").create("deal", title="Насосы")
    cast.give_role("Ольга", "lone", Grant("deal", {"see": "all"}))
    olga = room.listen("Ольга")
    card = ("deal", deal.id)
    for name in ("Ольга", "Игорь"):
        room.live.presence.come(cast.people[name], card)
    assert [one["present"]["people"] for one in olga.heard()] == [[[cast.people["Игорь"], None]]]


def test_person_is_on_no_more_cards_than_anyone_can_have_open() -> None:
    time = Time()
    presence = Presence(time)
    for number in range(MOST_CARDS + 3):
        time.at += 1
        presence.come(7, ("deal", number))
    assert [number for number in range(MOST_CARDS + 3) if presence.on(("deal", number))] == list(
        range(3, MOST_CARDS + 3)
    )
    presence.leave(7)
    assert presence._until == {}


def test_presence_over_http_asks_for_the_right_to_see_the_record(served: Served) -> None:
    site = served.site
    olga, igor, anna = (site.browser(name) for name in ("Ольга", "Игорь", "Анна"))
    deal = olga.create("deal", title="Насосы")
    ear = served.listen("Ольга")
    assert ear.next()["hello"]["revision"] == 1
    said = {"entity": "deal", "id": deal["id"]}
    assert olga.post("/api/live/presence", said) == {"people": []}
    assert igor.post("/api/live/presence", said) == {"people": [[site.people["Ольга"], "Ольга Смирнова"]]}
    while (told := ear.until("present")["present"])["people"] == []:
        pass
    assert told == {"entity": "deal", "id": deal["id"], "people": [[site.people["Игорь"], "Игорь Орлов"]]}
    assert igor.post("/api/live/presence", {**said, "leave": True})["people"] == [
        [site.people["Ольга"], "Ольга Смирнова"]
    ]
    assert ear.until("present")["present"]["people"] == []
    assert anna.refused("POST", "/api/live/presence", 403, said)["code"] == "denied_see_record"
    assert olga.refused("POST", "/api/live/presence", 404, {"entity": "deal", "id": 10**9})["code"] == "not_found"
    assert olga.refused("POST", "/api/live/presence", 404, {"entity": "secret", "id": 1})["code"] == "not_found"
    assert site.stranger().refused("POST", "/api/live/presence", 401, said)["code"] == "not_signed_in"
