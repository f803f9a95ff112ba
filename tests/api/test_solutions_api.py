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


def changed(content: bytes, **edits: tuple[str, str]) -> bytes:
    """An archive with some words of some files said otherwise."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in before.namelist():
            text = before.read(name).decode()
            old, new = edits.get(name.rpartition("/")[2].removesuffix(".toml"), ("", ""))
            assert old in text
            out.writestr(name, text.replace(old, new) if old else text)
    return made.getvalue()


def test_upgrade_tells_what_comes_and_what_is_kept_and_asks_of_each_conflict(site: Site) -> None:
    artem = site.browser("Артём")
    artem.post("/api/solutions/apply", {"file": artem.upload("/api/solutions/file", "к.zip", clinic())["file"]})
    revision = artem.get("/api/schema/source")["revision"]
    own = {"key": "note", "title": "Пометка", "type": "text"}
    edits = [
        {
            "do": "change_field",
            "entity": "patient",
            "field": "title",
            "set": {"title": "Фамилия", "hint": "Как в паспорте"},
        },
        {"do": "add_field", "entity": "patient", "field": own},
    ]
    artem.post("/api/schema/apply", {"revision": revision, "edits": edits})
    (kept,) = [one for one in artem.get("/api/solutions")["solutions"] if one["key"] == "clinic"]
    assert (kept["changed"], kept["version"], kept["objects"]) == (2, None, ["Пациент"])
    told = artem.post("/api/solutions/compare", {"solution": "clinic"})
    assert [(one["kind"], one["text"]) for one in told["changes"]] == [
        ("changed", "«Пациент»: поле «Фамилия» — название, подсказка"),
        ("made", "«Пациент»: поле «Пометка»"),
    ]
    assert any("Фамилия" in line for line in told["lines"])

    newer = changed(
        clinic(),
        solution=('"3"', '"4"'),
        patient=('title = "Имя"\ntype = "text"', 'title = "ФИО"\nmax = 100\ntype = "text"'),
    )
    file = artem.upload("/api/solutions/file", "к.zip", newer)["file"]
    plan = artem.post("/api/solutions/plan", {"file": file})
    assert [one["text"] for one in plan["comes"]] == ["«Пациент»: поле «ФИО» — название"]
    assert len(plan["kept"]) == 2
    (conflict,) = plan["conflicts"]
    assert conflict == {
        "place": "patient: field.title.title",
        "text": "«Пациент»: поле «Фамилия» — название",
        "here": "Фамилия",
        "shipped": "ФИО",
    }
    takes = {conflict["place"]: "shipped"}
    artem.post("/api/solutions/apply", {"file": file, "takes": takes})
    patient = site.company.snapshot.entities["patient"].by_key
    assert patient["title"].title.ru == "ФИО" and patient["title"].hint.ru == "Как в паспорте"  # type: ignore[union-attr]
    assert "note" in patient and states(artem)["clinic"] == "4"


def test_examples_come_with_a_solution_by_a_job_and_go_with_the_other_examples(site: Site) -> None:
    artem = site.browser("Артём")
    assert artem.post("/api/solutions/plan", {"solution": "agency"})["sample"] is True
    job = artem.post("/api/solutions/apply", {"solution": "agency", "sample": True})["sample"]
    assert job is not None
    site.run_jobs()
    assert artem.get(f"/api/jobs/{job}")["state"] == "done"
    assert artem.get("/api/records/agency_project?count=exact")["count"]["value"] > 0
    (agency,) = [one for one in artem.get("/api/solutions")["solutions"] if one["key"] == "agency"]
    assert agency["sample"] == "loaded"
    assert artem.refused("POST", "/api/solutions/sample", 409, {"solution": "agency"})["code"] == "sample_here"
    assert artem.get("/api/start/sample/removal")["back"] > 0
    out = {"solution": "agency", "remove": True}
    artem.post("/api/solutions/apply", {**out, "confirm": artem.post("/api/solutions/plan", out)["plan"]["digest"]})
    (agency,) = [one for one in artem.get("/api/solutions")["solutions"] if one["key"] == "agency"]
    assert agency["sample"] == "offered"
    refused = artem.refused("POST", "/api/solutions/sample", 422, {"solution": "agency"})
    assert refused["code"] == "solution_not_installed"


def test_examples_of_an_archive_are_looked_at_before_anything_changes(site: Site) -> None:
    artem = site.browser("Артём")
    good = {"clinic__sample__sample_toml": 'order = ["patient"]\n', "clinic__sample__patient.csv": "title\nПетров\n"}
    whole = {"clinic__solution_toml": HEAD, "clinic__entities__patient_toml": ENTITY}
    for wrong in (
        {"clinic__sample__sample_toml": "order = 5\n"},
        {"clinic__sample__sample_toml": 'order = ["../patient"]\n'},
        {"clinic__sample__sample_toml": 'order = ["nobody"]\n', "clinic__sample__nobody.csv": "a\nb\n"},
    ):
        file = artem.upload("/api/solutions/file", "к.zip", archive(**whole, **{**good, **wrong}))["file"]
        with site.nothing_changes():
            refused = artem.refused("POST", "/api/solutions/apply", 422, {"file": file, "sample": True})
        assert refused["code"] == "sample_wrong"
    file = artem.upload("/api/solutions/file", "к.zip", archive(**whole, **good))["file"]
    assert artem.post("/api/solutions/apply", {"file": file, "sample": True})["sample"]
    site.run_jobs()
    assert [row[-1] for row in artem.get("/api/records/patient?fields=title")["rows"]] == ["Петров"]


@pytest.mark.parametrize("key", ["Клиника", "../evil", "a" * 27, "A"])
def test_key_of_a_solution_that_would_lead_out_is_refused(site: Site, key: str) -> None:
    artem = site.browser("Артём")
    content = archive(x__solution_toml=HEAD.replace('"clinic"', f'"{key}"'), x__entities__patient_toml=ENTITY)
    told = artem.upload("/api/solutions/file", "a.zip", content, status=422)["error"]
    assert (told["code"], told["facts"]["why"]) == ("archive_refused", "key")


def test_errors_of_a_solution_are_told_all_at_once_each_with_its_place(site: Site) -> None:
    artem = site.browser("Артём")
    wrong = (
        ENTITY + '[[field]]\nkey = "a"\ntitle = "А"\ntype = "nothing"\n[[field]]\nkey = "b"\ntype = "text"\nodd = 1\n'
    )
    content = archive(x__solution_toml=HEAD, x__entities__patient_toml=wrong)
    told = artem.upload("/api/solutions/file", "a.zip", content, status=422)["error"]
    places = [one["place"] for one in told["problems"]]
    assert len(places) >= 3 and all("entities/patient.toml: field " in place for place in places)


def test_what_has_just_been_installed_is_as_shipped_and_has_no_news(site: Site) -> None:
    artem = site.browser("Артём")
    for key in ("service_desk", "isp", "wholesale"):
        artem.post("/api/solutions/apply", {"solution": key})
    told = {one["key"]: one for one in artem.get("/api/solutions")["solutions"]}
    changes = {key: artem.post("/api/solutions/compare", {"solution": key})["changes"] for key in told}
    for key in ("sales", "service_desk", "isp", "wholesale"):
        assert (changes[key], told[key]["changed"], told[key]["news"]) == ([], 0, 0), key


def test_archive_over_http_has_examples_when_they_are_asked_for_and_only_what_one_may_export(site: Site) -> None:
    artem = site.browser("Артём")
    artem.create("counterparty", title="Ромашка", kind="company")
    assert b"counterparty.csv" not in artem.get("/api/solutions/export", key="own")
    assert b"own/sample/counterparty.csv" in artem.get("/api/solutions/export", key="own", sample="yes")
    assert b"counterparty.csv" not in artem.get("/api/solutions/export", key="own", entities="deal", sample="yes")
    artem.refused("GET", "/api/solutions/export?sample=maybe", 400)
