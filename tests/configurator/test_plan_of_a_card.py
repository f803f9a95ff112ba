"""What a plan says of a card: which look of it changes, whose that look is, and what comes and goes there."""

from __future__ import annotations

from typing import Any

from tests.api.site import Site
from tests.configurator.test_over_http import apply, plan


def form(*sections: Any, variant: Any = (), **rest: Any) -> dict[str, Any]:
    tab = [{"title": "Общее", "section": list(sections)}]
    return {"do": "put_form", "entity": "deal", "form": {"tab": tab, "variant": list(variant), **rest}}


def fields(*keys: Any) -> dict[str, Any]:
    return {"title": "О сделке", "fields": list(keys)}


def buttons(*list_of: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "buttons", "buttons": list(list_of)}


URGENT = {"key": "urgent", "title": "Срочно", "do": "set", "values": {"priority": '"high"'}}


def look(key: str, title: str, *sections: Any, **whom: Any) -> dict[str, Any]:
    return {"key": key, "title": title, "tab": [{"title": "Общее", "section": list(sections)}], **whom}


def said(told: Any) -> list[str]:
    return [step["text"] for step in told["steps"]]


def test_plan_says_which_variant_of_a_card_for_whom_and_what_comes_and_goes(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, form(fields("title", "amount")))
    boss = look("boss", "Для руководителя", fields("title"), roles=["head"])
    dear = look("dear", "Срочная", fields("title"), by="priority", values=["high"], phone=True)
    assert said(plan(artem, form(fields("title", "amount"), variant=[boss, dear]))) == [
        "У карточки «Сделка» появится вариант «Для руководителя»: для ролей «Руководитель отдела».",
        "У карточки «Сделка» появится вариант «Срочная»: когда «Приоритет» — «Высокий»; на телефоне.",
    ]
    apply(artem, form(fields("title", "amount"), variant=[boss, dear]))

    fuller = look("boss", "Для руководителя", fields("title", "amount"), buttons(URGENT), roles=["head"])
    again = {**dear, "phone": False}
    after = form(fields({"key": "title", "required_if": "amount > 5"}), variant=[again, fuller], quick=["title"])
    told = plan(artem, after)
    assert said(told) == [
        "Карточка «Сделка»: уйдут с неё поля «Сумма»; другие условия у полей «Название»; другая краткая форма.",
        "Вариант «Срочная» карточки «Сделка» (когда «Приоритет» — «Высокий»): станет для других.",
        "Вариант «Для руководителя» карточки «Сделка» (для ролей «Руководитель отдела»): появятся поля «Сумма»; "
        "появятся кнопки «Срочно».",
        "Варианты карточки «Сделка» встанут в другом порядке.",
    ]
    assert {step["entity"] for step in told["steps"]} == {"deal"}
    apply(artem, after, title="Карточка")

    gone = form(fields("title"), buttons({**URGENT, "visible_if": "amount > 5"}), variant=[again])
    assert (
        said(plan(artem, gone))[-1]
        == "У карточки «Сделка» не станет варианта «Для руководителя» (для ролей «Руководитель отдела»)."
    )
    assert "другие условия у кнопок «Срочно»" in said(plan(artem, gone))[0]
    kept = artem.get("/api/schema/revisions")["revisions"][0]
    assert kept["steps"][-1] == "Варианты карточки «Сделка» встанут в другом порядке."
    assert kept["steps"][1].endswith("станет для других.")


def test_plan_of_what_stands_otherwise_says_so_and_no_more(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, form(fields("title", "amount")))
    assert said(plan(artem, form(fields("amount", "title")))) == ["Карточка «Сделка»: всё то же встанет иначе."]
