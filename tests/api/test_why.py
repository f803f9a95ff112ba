"""«Почему?»: the verdict is what the doors answer, the words name what decided, and nothing is told beyond sight."""

from __future__ import annotations

from typing import Any

from svyaz.expression.check import check
from svyaz.expression.parse import parse
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import Grant
from tests.api.site import Caller, Site


def why(caller: Caller, id: int, employee: int | None = None, entity: str = "deal") -> dict[str, Any]:
    about = {} if employee is None else {"employee": employee}
    told = caller.get("/api/access/why", entity=entity, **({"id": id} if id else {}), **about)
    return {one["verb"]: one for one in told["verdicts"]} | {"all": told}


def test_own_sale_is_explained_by_the_field_that_names_the_person(site: Site) -> None:
    deal = site.browser("Ольга").create("deal", title="Насосы")["id"]
    told = why(site.browser("Артём"), deal, site.people["Ольга"])
    assert told["see"]["may"] and told["change"]["may"] and not told["delete"]["may"]
    (said,) = told["see"]["why"]
    assert "Менеджер" in said and "Ответственный" in said and "этот сотрудник" in said
    assert told["all"]["department"] == "Продажи" and told["all"]["employee"] == [
        site.people["Ольга"],
        "Ольга Смирнова",
    ]


def test_no_is_explained_by_scope_and_department_and_says_which_role_or_scope_would_do(site: Site) -> None:
    deal = site.browser("Анна").create("deal", title="Секретный завод", amount="777")["id"]
    told = why(site.browser("Артём"), deal, site.people["Ольга"])
    see = told["see"]
    assert not see["may"] and "«Опт»" in see["why"][0] and "Менеджер" in see["why"][0]
    assert any("Директор" in one for one in see["help"]) and any("«все»" in one for one in see["help"])
    assert not told["change"]["may"] and "не видит" in told["change"]["why"][0]
    assert "Секретный" not in str(told) and "777" not in str(told)


def test_taking_part_and_department_below_are_named_as_the_way_in(site: Site) -> None:
    olga, artem = site.people["Ольга"], site.browser("Артём")
    deal = site.browser("Пётр").create("deal", title="Трубы", auditors=[olga])["id"]
    field = site.cast.snapshot.entities["deal"].by_key["auditors"].title.ru
    assert f"«{field}»" in why(artem, deal, olga)["see"]["why"][0]
    head = why(artem, deal, site.people["Игорь"])["see"]
    assert head["may"] and "«Продажи»" in head["why"][0]


def test_rule_of_a_role_is_quoted_as_people_write_it(site: Site) -> None:
    cast = site.cast
    rule = check(parse("amount > 100"), EntityScope(cast.snapshot.entities, "deal"))
    cast.give_role("Пётр", "big_sales", Grant("deal", {"see": "all", "change": "all"}, rule))
    artem, petr = site.browser("Артём"), site.people["Пётр"]
    small, large = (artem.create("deal", title=f"На {amount}", amount=amount)["id"] for amount in ("50", "500"))
    no, yes = why(artem, small, petr), why(artem, large, petr)
    assert not no["see"]["may"] and "Сумма > 100" in no["see"]["why"][0].replace("]", "").replace("[", "")
    assert yes["see"]["may"] and "условие" in yes["see"]["why"][0]


def test_verdicts_agree_with_what_the_doors_answer(site: Site) -> None:
    artem = site.browser("Артём")
    makers = ("Ольга", "Пётр", "Анна", "Мария Сергеевна")
    sales = [site.browser(name).create("deal", title=f"Сделка {name}")["id"] for name in makers]
    wrong = []
    for name in site.people:
        person, seen = site.browser(name), None
        for deal in sales:
            told = why(artem, deal, site.people[name])
            version = artem.open("deal", deal)["version"]
            seen = person.send("GET", f"/api/records/deal/{deal}").status_code == 200
            body = {"version": version, "values": {"description": f"{name} {deal}"}}
            changed = person.send("PATCH", f"/api/records/deal/{deal}", body).status_code == 200
            past = person.send("GET", f"/api/records/deal/{deal}/history").status_code == 200
            if (told["see"]["may"], told["change"]["may"], told["history"]["may"]) != (seen, changed, past):
                wrong.append((name, deal, told, seen, changed, past))
    assert wrong == []


def test_person_asks_about_himself_and_of_a_record_he_cannot_see_is_told_nothing(site: Site) -> None:
    olga, anna = site.browser("Ольга"), site.browser("Анна")
    own, foreign = olga.create("deal", title="Своя")["id"], anna.create("deal", title="Чужая")["id"]
    told = why(olga, own)
    assert told["see"]["may"] and told["all"]["hidden"] == []
    assert any("Артём" in one for one in told["all"]["helpers"])
    strange = olga.refused("GET", f"/api/access/why?entity=deal&id={foreign}", 404)
    absent = olga.refused("GET", "/api/access/why?entity=deal&id=9999999", 404)
    assert strange["text"].replace(str(foreign), "#") == absent["text"].replace("9999999", "#")


def test_about_others_only_who_may_see_rights_may_ask(site: Site) -> None:
    olga = site.browser("Ольга")
    own, petr = olga.create("deal", title="Своя")["id"], site.people["Пётр"]
    asked = (f"/api/access/why?entity=deal&id={own}&employee={petr}", f"/api/access/who?entity=deal&id={own}")
    assert [olga.refused("GET", one, 403)["code"] for one in asked] == ["denied_ability"] * 2
    site.cast.give_role("Пётр", "guest", Grant("product", {"see": "all"}))
    guest = site.browser("Пётр")
    assert guest.refused("GET", f"/api/access/why?entity=deal&id={own}", 404)
    assert guest.refused("GET", f"/api/access/who?entity=deal&id={own}", 404)


def test_object_as_such_is_explained_too(site: Site) -> None:
    told = why(site.browser("Ольга"), 0)
    assert told["add"]["may"] and told["see"]["may"]
    assert not told["delete"]["may"] and "Ни одна роль" in told["delete"]["why"][0] and told["delete"]["help"]


def test_everybody_who_sees_a_record_is_listed_and_nobody_else(site: Site) -> None:
    deal = site.browser("Ольга").create("deal", title="Насосы")["id"]
    told = site.browser("Артём").get("/api/access/who", entity="deal", id=deal)
    listed = {one["employee"][0] for one in told["people"]}
    opened = {
        id
        for name, id in site.people.items()
        if site.browser(name).send("GET", f"/api/records/deal/{deal}").status_code == 200
    }
    assert listed == opened and site.people["Анна"] not in listed and told["of"] == len(site.people)
    assert all(one["why"] for one in told["people"])


def test_refusal_says_what_ones_own_roles_give_and_who_can_help(site: Site) -> None:
    deal = site.browser("Анна").create("deal", title="Чужая")["id"]
    error = site.browser("Ольга").refused("GET", f"/api/records/deal/{deal}", 403)
    assert "Менеджер" in error["facts"]["why"] and error["facts"]["why"] in error["text"]
    assert "Директор" in error["facts"]["who_may"]


def test_formula_of_one_verb_and_right_of_a_stage_are_named_for_that_verb_alone(site: Site) -> None:
    dear = site.cast.system.create("deal", title="Дорогая", amount="5000").id
    scope = EntityScope(site.cast.snapshot.entities, "deal")
    cheap = check(parse("amount < 1000"), scope)
    grant = Grant(
        "deal", dict.fromkeys(("see", "change", "delete"), "all"), None, {}, {"change": cheap}, {"new": "read"}
    )
    site.cast.give_role("Пётр", "careful", grant)
    told = why(site.browser("Артём"), dear, site.people["Пётр"])
    assert told["see"]["may"] and not told["change"]["may"] and not told["delete"]["may"]
    assert "1000" in told["change"]["why"][0] and "1000" not in told["delete"]["why"][0]
    assert 'Этап <> "Новая"' in told["delete"]["why"][0]
