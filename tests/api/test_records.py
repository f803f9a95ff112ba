"""Records over HTTP: a list, one, creating, changing, two editors, a repeat."""

from __future__ import annotations

from tests.api.site import Site


def test_record_is_made_read_changed_and_put_into_the_trash(site: Site) -> None:
    olga = site.browser("Ольга")
    made = olga.create("deal", title="Насосы")
    assert (made["entity"], made["version"], made["label"], made["deleted_at"]) == ("deal", 1, "Насосы", None)
    assert made["values"]["responsible"] == [site.people["Ольга"], "Ольга Смирнова"]
    changed = olga.change("deal", made["id"], 1, title="Насосы и трубы")
    assert (changed["version"], changed["values"]["title"]) == (2, "Насосы и трубы")
    maria = site.browser("Мария Сергеевна")
    assert maria.delete(f"/api/records/deal/{made['id']}")["batch"] > 0
    assert made["id"] not in maria.ids("deal")
    assert olga.open("deal", made["id"])["deleted_at"] is not None
