"""The command line as a person at a server uses it: real processes on real homes, SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from svyaz.cli import main
from svyaz.tenancy import company as companies
from svyaz.traits.registry import SHAPES
from tests.postgres import fresh_database

STARTS_WITHIN_SECONDS = 90
PASSWORD = r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}"


@pytest.fixture(params=["sqlite", "postgresql"])
def made(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Path, str]]:
    """A home that `init` has made, and what it printed."""
    home = tmp_path / "данные"
    if request.param == "sqlite":
        assert main(["init", "--home", str(home), "--title", "ООО «Ромашка»"]) == 0
        yield home, capsys.readouterr().out
    else:
        with fresh_database() as url:
            assert main(["init", "--home", str(home), "--database", url, "--title", "ООО «Ромашка»"]) == 0
            yield home, capsys.readouterr().out


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def server(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`svyaz serve` until the block ends: its address and process; killed if it does not stop when asked."""
    port = free_port()
    command = [sys.executable, "-m", "svyaz.cli", "serve", "--port", str(port), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + STARTS_WITHIN_SECONDS
        while process.poll() is None and time.monotonic() < end:
            try:
                httpx.get(f"{address}/api/session", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address, process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_first_command_makes_a_company_and_tells_the_way_in_once(
    made: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Row 51: no password of ours; row 59: what holds the address of the base is read by its owner only."""
    home, said = made
    assert re.search(rf"Вход: admin\nОдноразовый пароль: {PASSWORD}\n", said)
    assert stat.S_IMODE((home / "settings.toml").stat().st_mode) == 0o600
    assert main(["check", "--home", str(home)]) == 0
    assert "порядке" in capsys.readouterr().out
    assert main(["init", "--home", str(home)]) == 1
    again = capsys.readouterr()
    assert "пароль" not in again.out.lower() and again.err.startswith("svyaz: ")


def test_two_first_starts_have_different_passwords(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Row 51."""
    said = []
    for name in ("a", "b"):
        main(["--language", "en", "init", "--home", str(tmp_path / name)])
        said.append(re.search(PASSWORD, capsys.readouterr().out)[0])  # type: ignore[index]
    assert said[0] != said[1]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["check"], "нет"),
        (["export", "deal"], "нет"),
        (["serve"], "нет"),
        (["user", "password", "--login", "admin"], "нет"),
    ],
)
def test_home_that_is_not_there_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], told: str
) -> None:
    assert main([*command, "--home", str(tmp_path / "нигде")]) == 1
    assert told in capsys.readouterr().err.lower() and not (tmp_path / "нигде").exists()


def test_table_goes_in_and_out_from_the_command_line(
    made: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = made
    table = tmp_path / "клиенты.csv"
    table.write_text("Название;ИНН\nООО «Лютик»;7707083893\nООО «Василёк»;123\n", encoding="cp1251")
    asked = ["import", str(table), "--into", "counterparty", "--home", str(home)]
    assert main([*asked, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 2
    assert main(["export", "counterparty", "--home", str(home), "--fields", "title"]) == 0
    assert "Лютик" not in capsys.readouterr().out
    assert main(asked) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["created"] == 1 and said.err.startswith("3: ")
    out = tmp_path / "клиенты.xlsx"
    assert main(["export", "counterparty", "--home", str(home), "--out", str(out), "--filter", "inn <> empty"]) == 0
    assert out.read_bytes()[:2] == b"PK"
    assert main(["export", "counterparty", "--home", str(home), "--fields", "title,inn", "--as", "admin"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out.lstrip("\ufeff")), delimiter=";"))
    assert rows[1:] == [["ООО «Лютик»", "7707083893"]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["import", "нет.csv", "--into", "deal"], "нет.csv"),
        (["export", "nonsense"], "nonsense"),
        (["export", "deal", "--filter", "amount >"], "обрывается"),
        (["export", "deal", "--out", "a.pdf"], "pdf"),
        (["export", "deal", "--as", "nobody"], "nobody"),
        (["token", "create", "--login", "nobody"], "nobody"),
        (["user", "add", "--login", "x", "--name", "Иван Иванов", "--role", "king"], "king"),
        (["user", "add", "--login", "admin", "--name", "Иван Иванов"], "admin"),
    ],
)
def test_command_nobody_understands_changes_nothing_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    main(["init", "--home", str(home)])
    main(["export", "employee", "--home", str(home)])
    before = capsys.readouterr().out
    assert main([*arguments, "--home", str(home)]) == 1
    said = capsys.readouterr()
    assert told in said.err and "Traceback" not in said.err and said.out == ""
    main(["export", "employee", "--home", str(home)])
    assert capsys.readouterr().out in before


def test_person_is_added_gets_a_password_and_a_token_that_works(
    made: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = made
    at = ["--home", str(home), "--login", "olga"]
    assert main(["user", "add", *at, "--name", "Ольга Смирнова", "--role", "director"]) == 0
    first = re.search(PASSWORD, capsys.readouterr().out)
    assert main(["user", "password", *at]) == 0
    second = re.search(PASSWORD, capsys.readouterr().out)
    assert first and second and first[0] != second[0]
    assert main(["token", "create", *at, "--title", "сайт", "--scope", "read", "--days", "1"]) == 0
    token = capsys.readouterr().out.strip()
    assert token.startswith("svz_")
    with server("--home", str(home)) as (address, _), httpx.Client(base_url=address) as client:
        bearer = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/me", headers=bearer).json()["label"] == "Ольга Смирнова"
        assert (
            client.post("/api/records/deal", headers=bearer, json={"values": {}}).json()["error"]["code"]
            == "token_read_only"
        )
        wrong = client.post("/api/session", json={"login": "olga", "password": first[0]})
        assert wrong.status_code == 401
        came = client.post("/api/session", json={"login": "olga", "password": second[0]}).json()
        assert came["must_change"] is True and came["company"] == "ООО «Ромашка»"
        assert client.get("/api/schema").json()["error"]["code"] == "password_must_change"


def test_server_keeps_its_home_to_itself_and_stops_when_asked(
    made: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = made
    with server("--home", str(home)) as (address, process):
        assert httpx.get(f"{address}/api/session").json()["signed_in"] is False
        second = subprocess.run(
            [sys.executable, "-m", "svyaz.cli", "serve", "--home", str(home), "--port", str(free_port())],
            capture_output=True,
            text=True,
            timeout=STARTS_WITHIN_SECONDS,
            check=False,
        )
        assert second.returncode == 1 and "Traceback" not in second.stderr and str(home) in second.stderr
        # Commands work beside a server.
        assert main(["check", "--home", str(home)]) == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)
    with server("--home", str(home)) as (address, _):
        assert httpx.get(f"{address}/api/session").status_code == 200


def test_demonstration_tells_the_way_in_at_the_first_start_only(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with server("--home", str(home), "--demo") as (address, process):
        assert httpx.get(f"{address}/api/session").json()["company"] == "Ромашка"
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    login = re.search(r"Вход: (\S+)", said)
    password = re.search(rf"Одноразовый пароль: ({PASSWORD})", said)
    assert login and password and f"Связь: {address}" in said
    with server("--home", str(home), "--demo") as (address, process), httpx.Client(base_url=address) as client:
        came = client.post("/api/session", json={"login": login[1], "password": password[1]}).json()
        client.headers["X-Svyaz-CSRF"] = came["csrf"]
        assert client.post("/api/me/password", json={"old": password[1], "new": "свой-пароль-5"}).status_code == 204
        told = client.post("/api/records/deal/query", json={"count": "exact", "limit": 0}).json()
        assert told["count"]["value"] > 20
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert "пароль" not in said.lower() and password[1] not in said


def test_word_of_the_language_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "en", "check", "--home", str(tmp_path / "nowhere")]) == 1
    assert re.search("[а-я]", capsys.readouterr().err) is None


def test_base_that_lost_a_table_is_told_by_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    main(["init", "--home", str(home)])
    opened = companies.open(home, SHAPES)
    with opened.write() as session:
        session.run("DROP TABLE comment")
    opened.close()
    capsys.readouterr()
    assert main(["check", "--home", str(home)]) == 1
    assert "missing table comment" in capsys.readouterr().out


def test_a_served_company_is_backed_up_and_restored_by_one_command_each(
    made: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = made
    copy, again = tmp_path / "копия.zip", tmp_path / "снова"
    with server("--home", str(home)):
        assert main(["backup", str(copy), "--home", str(home)]) == 0
    assert "Копия в" in capsys.readouterr().out
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600, "passwords' hashes are in it"
    assert main(["restore", str(copy), "--home", str(again)]) == 0
    assert main(["check", "--home", str(again)]) == 0
    exported = [
        main(["export", "source", "--home", str(one), "--out", str(tmp_path / f"{n}.csv")])
        for n, one in enumerate((home, again))
    ]
    assert exported == [0, 0]
    assert (tmp_path / "0.csv").read_bytes() == (tmp_path / "1.csv").read_bytes()
    assert main(["restore", str(copy), "--home", str(again)]) == 1, "a home is never written over"
