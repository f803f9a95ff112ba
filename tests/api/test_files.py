"""Files: uploaded, attached, downloaded by who reads the record, never run by the browser."""

from __future__ import annotations

import pytest

from tests.api.site import Caller, Site

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6360000002000154a24f5d0000000049454e44ae426082"
)


def attach(
    person: Caller, name: str = "счёт.txt", content: bytes = b"1200.50", media_type: str = "text/plain"
) -> tuple[int, int]:
    """A comment with the file in it, on a record of the person's: (record, file)."""
    deal = person.create("deal", title="Насосы")["id"]
    file = person.upload("/api/files", name, content, media_type)["id"]
    person.post(f"/api/records/deal/{deal}/timeline", {"kind": "note", "text": "Счёт", "files": [file]}, 201)
    return deal, file


def test_file_is_attached_by_its_number_and_read_back_as_it_was(site: Site) -> None:
    olga = site.browser("Ольга")
    deal, file = attach(olga)
    (item,) = [one for one in olga.get(f"/api/records/deal/{deal}/timeline")["done"] if one["kind"] == "note"]
    assert item["files"][0][:3] == [file, "счёт.txt", 7]
    answer = olga.send("GET", f"/api/files/{file}")
    assert answer.content == b"1200.50"
    assert "filename*=UTF-8''%D1%81" in answer.headers["content-disposition"]
    part = olga.send("GET", f"/api/files/{file}", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"1200")


def test_picture_of_a_person_is_shown_in_place(site: Site) -> None:
    artem, petr = site.browser("Артём"), site.people["Пётр"]
    file = artem.upload("/api/files", "я.png", PNG, "image/png")["id"]
    told = artem.change("employee", petr, artem.open("employee", petr)["version"], photo=[file])
    assert told["values"]["photo"][0][0] == file
    answer = site.browser("Ольга").send("GET", f"/api/files/{file}")
    assert answer.headers["content-disposition"].startswith("inline") and answer.headers["content-type"] == "image/png"


def test_uploaded_file_is_of_its_sender_until_it_is_attached(site: Site) -> None:
    olga, petr = site.browser("Ольга"), site.browser("Пётр")
    file = olga.upload("/api/files", "черновик.txt", b"secret")["id"]
    olga.get(f"/api/files/{file}")
    foreign, absent = (
        petr.refused("GET", f"/api/files/{file}", 404),
        petr.refused("GET", f"/api/files/{file + 999}", 404),
    )
    assert (foreign["code"], foreign["place"]) == (absent["code"], absent["place"])
    with site.nothing_changes():
        told = petr.refused(
            "POST", "/api/records/activity", 404, {"values": {"kind": "note", "body": "x", "files": [file]}}
        )
    assert "files" in told["place"]


def test_file_is_asked_of_its_record_at_every_download(site: Site) -> None:
    """Row 26: the same answer for a foreign and for an absent file, and it changes with the right."""
    artem, olga = site.browser("Артём"), site.browser("Ольга")
    group = artem.create("counterparty", title="ООО «Лютик»", responsible=site.people["Анна"])["id"]
    file = artem.upload("/api/files", "договор.txt", b"contract")["id"]
    note = artem.post(
        f"/api/records/counterparty/{group}/timeline", {"kind": "note", "text": "x", "files": [file]}, 201
    )
    assert note["entity"] == "activity"
    absent = olga.refused("GET", f"/api/files/{file + 999}", 404)
    foreign = olga.refused("GET", f"/api/files/{file}", 404)
    assert absent["text"].replace(str(file + 999), "") == foreign["text"].replace(str(file), "")
    version = artem.open("counterparty", group)["version"]
    artem.change("counterparty", group, version, responsible=site.people["Пётр"])
    assert olga.get(f"/api/files/{file}") == b"contract"


def test_file_of_one_record_is_not_attached_to_another(site: Site) -> None:
    """Row 26."""
    anna, olga = site.browser("Анна"), site.browser("Ольга")
    _, file = attach(anna)
    deal, own = attach(olga)
    with site.nothing_changes():
        for id in (file, own):
            body = {"kind": "note", "text": "Ещё", "files": [id]}
            told = olga.refused("POST", f"/api/records/deal/{deal}/timeline", 404, body)
            assert (told["code"], told["place"]) == ("file_not_found", "values.files")
    olga.get(f"/api/files/{own}")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html", "text/html"),
        ("a.svg", "image/svg+xml"),
        ("a.xhtml", "application/xhtml+xml"),
        ("a.PNG.html", "text/html; charset=utf-8"),
        ("a.js", "text/javascript"),
        ("a.xml", "text/xml"),
        ("a.png", "IMAGE/SVG+XML"),
        ("a.bin", "nonsense"),
        ("a.bin", ""),
    ],
)
def test_what_could_run_is_saved_and_never_shown(site: Site, name: str, media_type: str) -> None:
    """Row 40."""
    olga = site.browser("Ольга")
    _, file = attach(olga, name, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", media_type)
    headers = olga.send("GET", f"/api/files/{file}").headers
    assert headers["content-disposition"].startswith("attachment")
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-content-type-options"] == "nosniff" and "sandbox" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "name",
    [
        "..\\..\\windows\\system32.txt",
        "../../etc/passwd",
        'счёт"; filename=evil.exe',
        "a\r\nSet-Cookie: svyaz_session=x",
        "con.\u202etxt",
        "a" * 1000,
        "",
        ".",
        "😀.txt",
    ],
)
def test_name_of_a_file_is_only_a_name(site: Site, name: str) -> None:
    """Row 41: nothing of a name gets into another header or another folder."""
    olga = site.browser("Ольга")
    answer = olga.send("POST", "/api/files", files={"file": (name, b"x", "text/plain")})
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code == 201:
        told = answer.json()
        assert "/" not in told["name"] and "\\" not in told["name"] and 0 < len(told["name"]) <= 255
        headers = olga.send("GET", f"/api/files/{told['id']}").headers
        assert "set-cookie" not in headers and headers["content-disposition"].isascii()
        assert headers["content-disposition"].count(";") == 1
    assert {path.name for path in site.company.home.iterdir()} <= {
        "company.sqlite", "company.sqlite-shm", "company.sqlite-wal", "files", "settings.toml", "server.lock"
    }  # fmt: skip


def test_upload_that_is_not_a_form_with_a_file_is_refused(site: Site) -> None:
    olga = site.browser("Ольга")
    with site.nothing_changes():
        olga.refused("POST", "/api/files", 415, {"file": "x"})
        olga.refused("POST", "/api/files", 400, files={"other": ("a.txt", b"x", "text/plain")})
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        olga.refused("POST", "/api/files", 400, b"--x\r\nbroken", headers=headers)
        olga.refused("POST", "/api/files", 400, b"--x", headers={"Content-Type": "multipart/form-data"})
