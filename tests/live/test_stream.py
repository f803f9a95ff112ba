"""The stream over a real socket: resumed, ended, never read; and the server that stops while people listen."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from svyaz.api import events
from svyaz.live import hub
from svyaz.live.listener import ALL, MOST_WAITING
from svyaz.storage import accounts, changes
from tests.live.listening import Served


def test_change_of_a_colleague_is_heard_at_once(served: Served) -> None:
    igor = served.listen("Игорь")
    assert igor.status == 200
    assert "content-type: text/event-stream" in igor.head
    assert "cache-control: no-store" in igor.head
    assert "hello" in igor.next()
    olga = served.site.browser("Ольга")
    deal = olga.create("deal", title="Насосы")
    began = time.monotonic()
    told = igor.until("ids")
    assert time.monotonic() - began < 5  # a second alone; the whole run keeps every core busy
    assert (told["entity"], told["ids"], told["versions"]) == ("deal", [deal["id"]], [1])
    changed = olga.change("deal", deal["id"], deal["version"], title="Трубы")
    assert igor.until("ids")["versions"] == [changed["version"]]


def test_stream_that_broke_goes_on_from_its_mark_without_loss_or_repetition(served: Served) -> None:
    olga = served.site.browser("Ольга")
    first = served.listen("Игорь")
    first.next()
    heard = [olga.create("deal", title="Первая")["id"]]
    assert first.until("ids")["ids"] == heard
    with pytest.raises(TimeoutError):
        first.next(0.5)
    first.close()
    missed = [olga.create("deal", title=f"Без него {number}")["id"] for number in range(3)]
    again = served.listen("Игорь", Last_Event_ID=first.mark)
    assert "hello" in again.next()
    told = again.until("ids")
    assert told["ids"] == missed
    with pytest.raises(TimeoutError):
        again.next(0.6)


@pytest.mark.parametrize("mark", ["deadbeef0000:5", ":7", "мусор".encode().decode("latin-1"), "{feed}:99999999"])
def test_mark_of_another_base_or_from_the_future_means_reading_everything_again(served: Served, mark: str) -> None:
    with served.site.company.read() as session:
        feed = changes.feed_of(session)
    ear = served.listen(
        "Ольга", Last_Event_ID=mark.replace("{feed}", feed).encode("latin-1", "replace").decode("latin-1")
    )
    assert "hello" in ear.next()
    assert ear.next() == {"reload": ALL}


def test_whoever_missed_too_much_reads_everything_again(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_MISSED", 5)
    olga = served.site.browser("Ольга")
    for number in range(4):
        olga.create("deal", title=f"Сделка {number}")
    ear = served.listen("Ольга", "/api/live?after=0")
    assert "hello" in ear.next()
    assert ear.next() == {"reload": ALL}


def test_dismissed_person_is_let_go_of_and_not_let_in_again(served: Served) -> None:
    olga = served.listen("Ольга")
    olga.next()
    while served.live.count == 0:
        time.sleep(0.01)
    headers = served.site.browser("Ольга").headers
    with served.site.company.write() as session:
        accounts.close_login(session, served.site.people["Ольга"])
    assert olga.until("ids", seconds=6) is None
    assert served.wire(headers).status == 401
    assert served.wire({}).status == 401


def test_heartbeat_comes_when_nothing_else_does(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.2)
    ear = served.listen("Ольга")
    ear.next()
    with pytest.raises(TimeoutError):
        ear.next(1)
    assert b":\n" in ear.rest


def test_stream_for_some_seconds_ends_by_itself(served: Served) -> None:
    ear = served.listen("Ольга", "/api/live?seconds=1")
    ear.next()
    began = time.monotonic()
    assert ear.next(20) is None
    assert 0.5 < time.monotonic() - began < 20
    assert served.listen("Ольга", "/api/live?seconds=-1").status == 400
    assert served.listen("Ольга", "/api/live?position=5").status == 400


def test_one_person_cannot_take_all_the_places(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_STREAMS", 3)
    ears = [served.listen("Ольга") for _ in range(3)]
    for ear in ears:
        ear.next()
    refused = served.listen("Ольга")
    assert refused.status == 429
    assert "retry-after: 60" in refused.head
    petr = served.listen("Пётр")
    assert petr.status == 200
    petr.next()
    ears[0].close()
    until = time.monotonic() + 20
    while served.live.count > 3 and time.monotonic() < until:
        time.sleep(0.05)
    assert served.listen("Ольга").status == 200


def test_listeners_take_no_thread_of_those_who_work(served: Served) -> None:
    """Forty listen; eight threads answer as before."""
    names = ("Ольга", "Пётр", "Анна", "Игорь", "Мария Сергеевна")
    ears = [served.listen(names[number % 5]) for number in range(40)]
    for ear in ears:
        ear.next()
    threads = beside_the_pools()
    deal = served.site.browser("Ольга").create("deal", title="Насосы")
    for ear in ears[4::5]:
        assert ear.until("ids")["ids"] == [deal["id"]]
    assert beside_the_pools() <= threads


def beside_the_pools() -> int:
    """Threads but those of the two pools, which are bounded and come as they are needed."""
    return sum(not one.name.startswith(("reading", "writing")) for one in threading.enumerate())


def test_listener_that_never_reads_holds_a_bounded_queue_and_is_let_go(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PATIENCE_SECONDS", 1)
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.connect(("127.0.0.1", served.port))
    cookie = served.site.browser("Мария Сергеевна").headers["Cookie"]
    plain.sendall(f"GET /api/live HTTP/1.1\r\nHost: svyaz.test\r\nCookie: {cookie}\r\n\r\n".encode())
    until = time.monotonic() + 20
    while served.live.count == 0 and time.monotonic() < until:
        time.sleep(0.01)
    (listener,) = served.live._listeners
    loop = listener.mailbox.loop
    heavy = [b"data: " + b"1" * 20_000 + b"\n\n"] * 50
    most = 0
    until = time.monotonic() + 60
    while served.live.count and time.monotonic() < until:
        loop.call_soon_threadsafe(listener.mailbox.put, heavy, listener.mailbox.mark, False)
        most = max(most, len(listener.mailbox._events))
        time.sleep(0.02)
    assert served.live.count == 0
    assert most <= MOST_WAITING
    plain.close()


def test_server_that_stops_does_not_wait_for_those_who_listen(served: Served) -> None:
    ears = [served.listen(name) for name in ("Ольга", "Пётр")]
    for ear in ears:
        ear.next()
    began = time.monotonic()
    served.live.stop()
    served.server.should_exit = True
    served.thread.join(20)
    assert time.monotonic() - began < 15
    for ear in ears:
        assert ear.next(2) is None
