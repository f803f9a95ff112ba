"""An administrator who changes the configuration while everybody works: fields come, are renamed, retyped, hidden."""

from __future__ import annotations

from typing import Any

from tests.survival.ledger import new_code
from tests.survival.load import Client, NoAnswer

ENTITY = "counterparty"
BECOMES = {"text": ("long_text",), "integer": ("decimal", "text"), "long_text": ("text",), "decimal": ("text",)}
MOST_FIELDS = 14


class Architect(Client):
    """What it knows of each of its fields: one (type, title, hidden) when certain, else the one before and after."""

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.edit()
            except NoAnswer:
                self.stopping.wait(0.3)
            except Exception as bug:
                self.ledger.find(f"the architect was told what he does not understand: {bug!r}")
                self.stopping.wait(1)
            self.stopping.wait(self.order.random())
        self.http.close()

    def edit(self) -> None:
        told = self.ask("schema read", "GET", "/api/schema")
        fields = self.ledger.fields
        known = [key for key, possible in fields.items() if len(possible) == 1]
        if len(fields) < MOST_FIELDS and (not known or self.order.random() < 0.5):
            key = f"f{len(fields)}x{self.order.randrange(10_000)}"
            type, title = self.order.choice(("text", "integer", "formula")), new_code()
            one: dict[str, Any] = {"key": key, "type": type, "title": {"ru": title}}
            if type == "formula":  # computed for all records there are, by a job in portions
                one["formula"] = self.order.choice(("length(title)", "title & city", "if(city = empty; 0; 1)"))
            before, after = None, (type, title, False)
            edit: dict[str, Any] = {"do": "add_field", "entity": ENTITY, "field": one}
        elif known:
            key = self.order.choice(known)
            (before,) = fields[key]
            if before is None:
                return
            edit, after = self.other_shape(key, before)
        else:
            return
        if before is None:
            fields[key] = [None]
        body = {"revision": told["revision"], "title": "правка", "edits": [edit]}
        try:
            done = self.ask(f"schema {edit['do']}", "POST", "/api/schema/apply", json=body)
        except NoAnswer:
            fields[key] = [before, after]
            raise
        if done:
            fields[key] = [after]

    def other_shape(self, key: str, now: tuple[str, str, bool]) -> tuple[dict[str, Any], tuple[str, str, bool]]:
        type, title, hidden = now
        place = {"entity": ENTITY, "field": key}
        if hidden:
            return {"do": "show_field", **place}, (type, title, False)
        match self.order.choice(("retype", "rename", "hide") if type in BECOMES else ("rename", "hide")):
            case "rename":
                new = new_code()
                return {"do": "change_field", **place, "set": {"title": {"ru": new}}}, (type, new, False)
            case "retype":
                other = self.order.choice(BECOMES[type])
                return {"do": "retype_field", **place, "type": other}, (other, title, False)
        return {"do": "hide_field", **place}, (type, title, True)
