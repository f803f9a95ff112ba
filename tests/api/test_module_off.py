"""A module that is switched off is gone from the menu, fields, rights, jobs and the API; its data comes back with it."""

from __future__ import annotations

from tests.api.site import Site

MODULE = "Закупки"


def test_module_off_is_nowhere_and_comes_back_whole(site: Site) -> None:
    artem = site.browser("Артём")

    def apply(*edits: dict[str, object]) -> None:
        revision = artem.get("/api/schema/source")["revision"]
        artem.post("/api/schema/apply", {"revision": revision, "edits": list(edits)})

    table = {"key": "purchase", "title": "Закупка", "traits": ["numbered"], "module": MODULE}
    title = {"key": "title", "title": "Что", "type": "text"}
    price = {"key": "price", "title": "Цена", "type": "decimal"}
    link = {"key": "purchase", "title": "Закупка", "type": "link", "to": "purchase"}
    apply(
        {"do": "add_entity", "table": {**table, "field": [title, price]}},
        {"do": "add_field", "entity": "deal", "field": link},
    )
    apply(
        {
            "do": "put_home",
            "home": {"block": [{"key": "a", "kind": "list", "entity": "purchase"}, {"key": "b", "kind": "recent"}]},
        }
    )
    made = artem.create("purchase", title="Насосы оптом", price=5)
    site.settle()

    apply({"do": "put_module", "module": MODULE, "off": True})
    schema = artem.get("/api/schema")
    assert "purchase" not in schema["entities"] and "purchase" not in [one["entity"] for one in schema["menu"]]
    assert "purchase" not in [one["key"] for one in schema["entities"]["deal"]["fields"]]
    assert [one["key"] for one in schema["home"]["blocks"]] == ["b"]
    one = f"/api/records/purchase/{made['id']}"
    for method, path, body in (
        ("GET", "/api/records/purchase", None),
        ("POST", "/api/records/purchase/query", {}),
        ("POST", "/api/records/purchase", {"values": {"title": "Ещё"}}),
        ("POST", "/api/records/purchase/bulk", {"operations": [{"do": "delete", "id": made["id"]}]}),
        ("POST", "/api/records/purchase/bulk", {"filter": "price > 1", "delete": True}),
        ("GET", one, None),
        ("PATCH", one, {"version": 1, "values": {"title": "Другое"}}),
        ("DELETE", one, None),
        ("GET", f"{one}/history", None),
        ("GET", "/api/records/purchase/suggest?q=Насосы", None),
        ("POST", "/api/reports/run", {"entity": "purchase", "rows": ["title"]}),
        ("GET", "/api/trash?entity=purchase", None),
    ):
        assert artem.refused(method, path, 404, body)["code"] == "not_found", (method, path)
    found = artem.get("/api/search?q=Насосы оптом")["groups"]
    assert "purchase" not in [group["entity"] for group in found]
    assert not [one for one in artem.get("/api/changes?after=0&limit=1000")["changes"] if one["entity"] == "purchase"]
    assert "/api/records/purchase" not in artem.get("/api/openapi.json")["paths"]

    apply({"do": "put_module", "module": MODULE, "off": False})
    assert artem.open("purchase", made["id"])["values"]["title"] == "Насосы оптом"
    assert "purchase" in [one["key"] for one in artem.get("/api/schema")["entities"]["deal"]["fields"]]


def test_work_begun_on_a_module_ends_in_the_open_when_it_is_switched_off(site: Site) -> None:
    artem = site.browser("Артём")

    def apply(*edits: dict[str, object]) -> None:
        revision = artem.get("/api/schema/source")["revision"]
        artem.post("/api/schema/apply", {"revision": revision, "edits": list(edits)})

    title = {"key": "title", "title": "Что", "type": "text"}
    apply({"do": "add_entity", "table": {"key": "purchase", "title": "Закупка", "module": MODULE, "field": [title]}})
    made = artem.create("purchase", title="Насосы")
    job = artem.post("/api/records/purchase/bulk", {"filter": "", "delete": True}, status=202)["job"]
    apply({"do": "put_module", "module": MODULE, "off": True})
    site.run_jobs()
    assert artem.get(f"/api/jobs/{job}")["state"] == "dead"
    apply({"do": "put_module", "module": MODULE, "off": False})
    assert artem.open("purchase", made["id"])["deleted_at"] is None  # what was out of reach was not touched
