"""Solutions over HTTP: seen, installed by a plan, handed on as an archive, taken out again; hostile archives refused."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.api.site import Caller, Site

HEAD = 'key = "clinic"\ntitle = { ru = "Клиника", en = "Clinic" }\nversion = "3"\n'
ENTITY = 'key = "patient"\ntitle = "Пациент"\nlabel = "title"\n[[field]]\nkey = "title"\ntitle = "Имя"\ntype = "text"\n'


def archive(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(name.replace("__", "/").replace("_toml", ".toml"), text)
    return made.getvalue()


def clinic() -> bytes:
    return archive(clinic__solution_toml=HEAD, clinic__entities__patient_toml=ENTITY)


def states(caller: Caller) -> dict[str, Any]:
    return {one["key"]: one["installed"] for one in caller.get("/api/solutions")["solutions"]}


def test_shipped_solution_is_planned_installed_and_taken_out_with_what_is_lost_confirmed(site: Site) -> None:
    artem = site.browser("Артём")
    before = states(artem)
    assert before["sales"] == "1" and before["agency"] is None and {"isp", "wholesale", "service_desk"} <= set(before)
    with site.nothing_changes():
        told = artem.post("/api/solutions/plan", {"solution": "agency"})
    assert told["conflicts"] == [] and "Появится объект «Проект»." in [one["text"] for one in told["plan"]["steps"]]
    artem.post("/api/solutions/apply", {"solution": "agency"})
    assert states(artem)["agency"] == "1"
    assert artem.create("agency_client", title="ООО «Заказчик»")["label"] == "ООО «Заказчик»"

    out = {"solution": "agency", "remove": True}
    plan = artem.post("/api/solutions/plan", out)["plan"]
    assert "agency_client" in [one["entity"] for one in plan["steps"] if one["kind"] == "lost"]
    assert artem.refused("POST", "/api/solutions/apply", 422, out)["code"] == "plan_not_confirmed"
    artem.post("/api/solutions/apply", {**out, "confirm": plan["digest"]})
    assert states(artem)["agency"] is None
    assert artem.refused("POST", "/api/solutions/plan", 422, out)["code"] == "solution_not_installed"


def test_archive_of_ones_own_is_exported_and_sent_and_checked_and_installed(site: Site) -> None:
    artem = site.browser("Артём")
    sent = artem.upload("/api/solutions/file", "клиника.zip", clinic())
    assert (sent["key"], sent["title"], sent["version"]) == ("clinic", "Клиника", "3")
    steps = artem.post("/api/solutions/plan", {"file": sent["file"]})["plan"]["steps"]
    assert steps[0]["text"] == "Появится объект «Пациент»."
    artem.post("/api/solutions/apply", {"file": sent["file"]})
    assert states(artem)["clinic"] == "3"
    content = artem.get("/api/solutions/export", key="clinic", title="Клиника", version="4", entities="patient")
    with zipfile.ZipFile(io.BytesIO(content)) as told:
        assert "clinic/entities/patient.toml" in told.namelist()
        assert 'version = "4"' in told.read("clinic/solution.toml").decode()
        assert not [name for name in told.namelist() if "deal" in name]
    again = artem.upload("/api/solutions/file", "clinic.zip", content)
    assert again["version"] == "4"
    assert artem.post("/api/solutions/plan", {"file": again["file"]})["conflicts"] == []


def test_part_of_a_company_comes_back_with_what_the_roles_said_of_it(site: Site) -> None:
    artem = site.browser("Артём")
    artem.post("/api/solutions/apply", {"file": artem.upload("/api/solutions/file", "клиника.zip", clinic())["file"]})
    source = artem.get("/api/schema/source")
    (found,) = [one for one in source["source"]["roles"] if one["key"] == "manager"]
    role = {key: told for key, told in found.items() if key != "origin"}
    role["grants"]["patient"] = {"see": "own", "add": "all"}
    artem.post("/api/schema/apply", {"revision": source["revision"], "edits": [{"do": "put_role", "role": role}]})
    content = artem.get("/api/solutions/export", key="clinic", entities="patient")
    out = {"solution": "clinic", "remove": True}
    artem.post("/api/solutions/apply", {**out, "confirm": artem.post("/api/solutions/plan", out)["plan"]["digest"]})
    assert "patient" not in site.company.snapshot.roles["manager"].grants
    back = artem.upload("/api/solutions/file", "clinic.zip", content)["file"]
    artem.post("/api/solutions/apply", {"file": back})
    assert dict(site.company.snapshot.roles["manager"].grants["patient"].verbs) == {"see": "own", "add": "all"}
    assert "deal" in site.company.snapshot.roles["manager"].grants


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not a zip", "archive_refused"),
        (archive(**{"..__..__evil_toml": HEAD}), "archive_refused"),
        (archive(x__solution_toml=HEAD + "format = 2\n", x__entities__a_toml=ENTITY), "solution_newer"),
        (archive(x__solution_toml="key = ", x__entities__a_toml=ENTITY), None),
    ],
)
def test_broken_or_hostile_archive_is_refused_when_it_is_sent(site: Site, content: bytes, code: str | None) -> None:
    artem = site.browser("Артём")
    with site.nothing_changes():
        told = artem.upload("/api/solutions/file", "a.zip", content, status=422)["error"]
    assert code is None or told["code"] == code


def test_solutions_are_for_whoever_may_configure_and_files_for_whoever_sent_them(site: Site) -> None:
    artem, maria = site.browser("Артём"), site.browser("Мария Сергеевна")
    sent = artem.upload("/api/solutions/file", "клиника.zip", clinic())["file"]
    with site.nothing_changes():
        for method, path, body in (
            ("GET", "/api/solutions", None),
            ("GET", "/api/solutions/export", None),
            ("POST", "/api/solutions/plan", {"solution": "isp"}),
            ("POST", "/api/solutions/apply", {"solution": "isp"}),
        ):
            assert maria.refused(method, path, 403, body)["code"] == "denied_ability"
        for wrong in (sent + 1000, -1):
            assert artem.refused("POST", "/api/solutions/plan", 404, {"file": wrong})["code"] == "not_found"
        for unknown in ("nonsense", "../sales", ""):
            told = artem.refused("POST", "/api/solutions/plan", 422, {"solution": unknown})
            assert told["code"] == "solution_unknown"
        for asked in ("key=Ж", "key=a%2F..%2Fb"):
            artem.refused("GET", f"/api/solutions/export?{asked}", 400)
        artem.refused("GET", "/api/solutions/export?entities=nonsense", 404)
