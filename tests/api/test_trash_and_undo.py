"""The trash, history, undo and redo over HTTP."""

from __future__ import annotations

from tests.api.site import Site


def test_deleted_record_waits_in_the_trash_and_comes_back(site: Site) -> None:
    artem, olga = site.browser("Артём"), site.browser("Ольга")
    deal = olga.create("deal", title="Насосы")["id"]
    plan = artem.get(f"/api/records/deal/{deal}/delete")
    assert plan == {"records": {"deal": 1}, "clear": [], "refuse": []}
    assert artem.delete(f"/api/records/deal/{deal}")["batch"]
    (item,) = artem.get("/api/trash", entity="deal")["items"]
    assert (item["entity"], item["id"], item["label"], item["may_restore"]) == ("deal", deal, "Насосы", True)
    assert item["deleted_by"] == [site.people["Артём"], "Артём Зайцев"]
    assert olga.get("/api/trash", entity="deal")["items"][0]["may_restore"] is False
    with site.nothing_changes():
        assert (
            olga.refused("POST", "/api/trash/restore", 403, {"entity": "deal", "ids": [deal]})["code"]
            == "denied_delete"
        )
        assert artem.refused("POST", "/api/trash/restore", 400, {"entity": "deal", "ids": []})["place"] == "ids"
    artem.post("/api/trash/restore", {"entity": "deal", "ids": [deal]})
    assert artem.get("/api/trash", entity="deal")["items"] == []
    assert olga.open("deal", deal)["deleted_at"] is None


def test_record_others_hold_is_not_deleted_and_says_who_holds_it(site: Site) -> None:
    artem = site.browser("Артём")
    client = artem.create("counterparty", title="ООО «Лютик»")["id"]
    deal = artem.create("deal", title="Насосы", counterparty=client)["id"]
    plan = artem.get(f"/api/records/counterparty/{client}/delete")
    assert plan["refuse"] == [{"entity": "deal", "field": "counterparty", "count": 1, "records": [[deal, "Насосы"]]}]
    with site.nothing_changes():
        told = artem.refused("DELETE", f"/api/records/counterparty/{client}", 409)
    assert told["code"] == "record_in_use" and "Насосы" in told["text"]


def test_history_tells_who_changed_what_and_a_change_is_taken_back(site: Site) -> None:
    olga, igor = site.browser("Ольга"), site.browser("Игорь")
    deal = olga.create("deal", title="Насосы", amount="100")["id"]
    igor.change("deal", deal, 1, title="Трубы", amount="200")
    items = olga.get(f"/api/records/deal/{deal}/history")["items"]
    assert [one["kind"] for one in items] == ["Changed", "Created"]
    assert items[0]["actor"] == [site.people["Игорь"], "Игорь Орлов"] and items[0]["cause"] == "person"
    told = {one["key"]: (one["title"], one["before"], one["after"]) for one in items[0]["fields"]}
    assert told["title"] == ("Название", "Насосы", "Трубы")
    assert told["amount"] == ("Сумма", ["100.00", "RUB"], ["200.00", "RUB"])
    (only,) = olga.get(f"/api/records/deal/{deal}/history", field="title")["items"]
    assert [one["key"] for one in only["fields"]] == ["title"]
    done = olga.post(f"/api/records/deal/{deal}/undo", {"seq": items[0]["seq"]})
    assert done["back"] == 1 and done["kept"] == []
    assert olga.open("deal", deal)["values"]["amount"] == ["100.00", "RUB"]
    redone = olga.post(f"/api/changes/{done['batch']}/undo", {})
    assert redone["back"] == 1
    assert olga.open("deal", deal)["values"]["title"] == "Трубы"


def test_undo_keeps_what_others_changed_since_and_says_so(site: Site) -> None:
    olga, igor = site.browser("Ольга"), site.browser("Игорь")
    made = [olga.create("deal", title=str(n))["id"] for n in range(3)]
    operations = [{"do": "change", "id": id, "values": {"priority": "high"}} for id in made]
    batch = olga.post("/api/records/deal/bulk", {"operations": operations})["batch"]
    igor.change("deal", made[1], 2, priority="low")
    plan = olga.get(f"/api/changes/{batch}/undo")
    assert plan["back"] == 2
    assert [(one["id"], one["reason"]) for one in plan["kept"]] == [(made[1], "changed")]
    done = olga.post(f"/api/changes/{batch}/undo", {})
    assert done["back"] == 2 and [one["id"] for one in done["kept"]] == [made[1]]
    assert [olga.open("deal", id)["values"]["priority"] for id in made] == [None, "low", None]
    assert olga.refused("POST", f"/api/changes/{batch}/undo", 409, {})["code"] == "nothing_to_undo"
    olga.refused("POST", "/api/changes/999999/undo", 404, {})


def test_undo_needs_the_right_of_today(site: Site) -> None:
    """Row 27: what one may not write now, one may not take back."""
    olga, petr, igor = site.browser("Ольга"), site.browser("Пётр"), site.browser("Игорь")
    deal = olga.create("deal", title="Насосы")["id"]
    olga.change("deal", deal, 1, title="Трубы")
    seq = olga.get(f"/api/records/deal/{deal}/history")["items"][0]["seq"]
    with site.nothing_changes():
        petr.refused("POST", f"/api/records/deal/{deal}/undo", 403, {"seq": seq})
    version = igor.open("deal", deal)["version"]
    igor.change("deal", deal, version, responsible=site.people["Пётр"])
    with site.nothing_changes():
        olga.refused("POST", f"/api/records/deal/{deal}/undo", 403, {"seq": seq})
    petr.post(f"/api/records/deal/{deal}/undo", {"seq": seq})
