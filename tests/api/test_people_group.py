"""Several people at once: the list is understood line by line, what is good is added and written to."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook

from tests.api.site import Site
from tests.mailbox import mailbox

LIST = """Фамилия;Имя;Почта
Иванов Иван Петрович <Ivanov@Example.ru>
Петрова;Анна;petrova@example.ru
Сидоров\tОлег\tsidorov@example.ru
"Ким, Ли",kim@example.ru
Ещё Раз ivanov@example.ru

Безпочтова Мария
<nobody@example.ru>
Кривой Адрес <кривой@>
"""


def look(site: Site, text: str) -> list[tuple[str, ...]]:
    told = site.browser("Артём").post("/api/people/group/look", {"text": text})["lines"]
    return [(one["surname"], one["first_name"], one["patronymic"], one["email"], one["problem"]) for one in told]


def test_each_line_is_understood_or_told_why_not(site: Site) -> None:
    olga = site.browser("Артём").open("employee", site.people["Ольга"])
    site.browser("Артём").change("employee", olga["id"], olga["version"], email="olga@romashka.ru")
    assert look(site, LIST + "Смирнова Ольга, OLGA@romashka.ru\n") == [
        ("Иванов", "Иван", "Петрович", "ivanov@example.ru", ""),
        ("Петрова", "Анна", "", "petrova@example.ru", ""),
        ("Сидоров", "Олег", "", "sidorov@example.ru", ""),
        ("Ким,", "Ли", "", "kim@example.ru", ""),
        ("Ещё", "Раз", "", "ivanov@example.ru", "twice"),
        ("Безпочтова", "Мария", "", "", "no_email"),
        ("", "", "", "nobody@example.ru", "no_name"),
        ("Кривой", "Адрес", "", "кривой@", "bad_email"),
        ("Смирнова", "Ольга", "", "olga@romashka.ru", "exists"),
    ]


def test_hundred_thousand_lines_are_refused_at_once_and_strange_text_is_no_bug(site: Site) -> None:
    text = "".join(f"Новый{at} <n{at}@example.ru>\n" for at in range(20_000))
    error = site.browser("Артём").refused("POST", "/api/people/group/look", 422, {"text": text})
    assert error["code"] == "too_many_people"
    assert [one[-1] for one in look(site, "@\n;;;\n" + "ы" * 500 + " <a@b.ru>\n")] == [
        "no_name",
        "no_name",
        "long_name",
    ]


def test_spreadsheet_becomes_the_list(site: Site) -> None:
    book = Workbook()
    for row in (["Фамилия", "Имя", "Почта"], ["Ломов", "Илья", "lomov@example.ru"], [], ["Без", "Почты", None]):
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    artem = site.browser("Артём")

    def text_of(name: str, content: bytes, status: int = 200) -> Any:
        return artem.call("POST", "/api/people/group/file", None, status, files={"file": (name, content)})

    text = text_of("люди.xlsx", kept.getvalue())["text"]
    assert look(site, text) == [("Ломов", "Илья", "", "lomov@example.ru", ""), ("Без", "Почты", "", "", "no_email")]
    csv = "Ломов;Илья;lomov@example.ru\n".encode("cp1251")
    assert look(site, text_of("люди.csv", csv)["text"]) == [("Ломов", "Илья", "", "lomov@example.ru", "")]
    with site.nothing_changes():
        many = "".join(f"Новый{at};n{at}@example.ru\n" for at in range(1_100)).encode()
        assert text_of("много.csv", many, 422)["error"]["code"] == "too_many_people"
        assert text_of("картинка.png", b"\x89PNG....", 422)["error"]["code"] == "file_unknown"
        assert text_of("пусто.csv", b"", 422)["error"]["code"] == "file_empty"


def test_group_is_made_with_roles_and_each_gets_a_letter_all_or_none(site: Site) -> None:
    artem = site.browser("Артём")
    people = [{"surname": f"Новый{at}", "email": f"n{at}@example.ru"} for at in range(3)]
    body = {"people": people, "roles": ["manager"], "department": site.cast.departments["Опт"]}
    with mailbox() as box:
        mail = {"host": "127.0.0.1", "port": box.port, "security": "none", "private": True, "sender": "a@example.ru"}
        artem.put("/api/mail", {**mail, "address": "https://crm.example.ru"}, 204)
        told = artem.post("/api/people/group", body, 201)
        assert (len(told["made"]), told["invited"]) == (3, 3)
        site.run_jobs()
        assert sorted(box.recipients) == ["n0@example.ru", "n1@example.ru", "n2@example.ru"]
    card = artem.open("employee", told["made"][0]["id"])
    assert card["values"]["department"][0] == site.cast.departments["Опт"]
    assert artem.get(f"/api/people/{card['id']}")["roles"] == ["manager"]
    igor = site.browser("Игорь")
    with site.nothing_changes():
        again = {**body, "people": [{"surname": "Ещё", "email": "new@example.ru"}, people[0]]}
        assert artem.refused("POST", "/api/people/group", 422, again)["code"] == "login_taken"
        artem.refused("POST", "/api/people/group", 400, {"people": people * 20})
        igor.refused("POST", "/api/people/group", 403, body)
