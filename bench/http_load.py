"""Requests over real sockets that are kept alive, from a few threads; what the client spends is counted nowhere."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CLIENTS = 4
WAIT = 600


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def bytes(self) -> bytes:
        head = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body or self.method != "GET":
            head.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(head).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection.  Anything but 2xx is an error: a mark measured on refusals would mean nothing."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), WAIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb", 65536)

    def send(self, request: Request) -> Response:
        self.socket.sendall(request.bytes())
        status = int(self.file.readline().split()[1])
        headers = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            key = name.lower()
            headers[key] = f"{headers[key]}\n{value.strip()}" if key in headers else value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        else:
            body = self.file.read(int(headers.get("content-length", 0)))
        if not 200 <= status < 300:
            raise RuntimeError(f"{request.method} {request.path}: {status} {body[:500].decode(errors='replace')}")
        return Response(status, headers, body)

    def _chunks(self) -> bytes:
        found = []
        while size := int(self.file.readline(), 16):
            found.append(self.file.read(size))
            self.file.readline()
        self.file.readline()
        return b"".join(found)

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def send_all(port: int, requests: Sequence[Request], clients: int = CLIENTS) -> list[float]:
    """Send them from a few connections at once; seconds of each.  Raises what any of them met."""
    spent: list[float] = []
    wrong: list[BaseException] = []

    def work(part: Sequence[Request]) -> None:
        try:
            client = Client(port)
            for request in part:
                began = time.perf_counter()
                client.send(request)
                spent.append(time.perf_counter() - began)
            client.close()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(requests[at::clients],)) for at in range(clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if wrong:
        raise wrong[0]
    return spent


def ask(port: int, request: Request) -> Response:
    client = Client(port)
    try:
        return client.send(request)
    finally:
        client.close()


Sender = Callable[[Sequence[Request]], list[float]]
