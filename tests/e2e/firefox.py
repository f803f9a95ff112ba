"""Debian's Firefox, driven by its own Marionette protocol: no driver program has to be downloaded.

Playwright brings its own build of Firefox or needs one newer than Debian's; what the smoke run needs is little.
A message is «LENGTH:[0, id, command, parameters]», an answer «LENGTH:[1, id, error, result]», over TCP.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PATIENCE = 60.0  # seconds: a busy machine
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
MOUSE, KEYS, WHEEL = "mouse", "keys", "wheel"
ENTER, CONTROL, RIGHT, ESCAPE = "\ue007", "\ue009", "\ue014", "\ue00c"
PREFERENCES = {
    "marionette.port": 0,  # a free one, told in the profile
    "intl.accept_languages": "ru-RU, ru",
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "ui.prefersReducedMotion": 1,
}
# Seen by a person, and called so: by its aria-label, its <label>, or what is written on it.
FIND = """
const [selector, name] = arguments;
const named = (one) => one.getAttribute('aria-label') || [...(one.labels ?? [])].map((it) => it.textContent).join(' ') || one.textContent;
const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== 'hidden';
return [...document.querySelectorAll(selector)]
  .find((one) => shown(one) && new RegExp(name, 'u').test(named(one).replace(/\\s+/g, ' ').trim())) ?? null;
"""
# A page that is left while a part of it is on its way says so too: that is no fault of it.
COMPLAINTS = """
return Services.console.getMessageArray()
  .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
  .filter((one) => one.sourceName.startsWith(arguments[0]))
  .filter((one) => !/loading failed|error loading dynamically|networkerror|aborted/i.test(one.errorMessage))
  .map((one) => `${one.errorMessage} (${one.sourceName}:${one.lineNumber})`);
"""


class FirefoxSaid(AssertionError):
    pass


class Firefox:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.settimeout(PATIENCE)
        self.last = 0
        self._receive()  # its greeting
        self.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})

    # ---- what a person does

    def go(self, url: str) -> None:
        self.ask("WebDriver:Navigate", url=url)

    def size(self, width: int, height: int) -> None:
        """Of the page itself: the frame of the window is added."""
        frame = self.script("return [outerWidth - innerWidth, outerHeight - innerHeight]")
        self.ask("WebDriver:SetWindowRect", width=width + frame[0], height=height + frame[1])

    def find(self, selector: str, name: str = "") -> dict[str, str]:
        """The first that is seen and called so (a regular expression); waited for."""
        return self.until(lambda: self.script(FIND, selector, name), f"{selector} «{name}»")

    def click(self, selector: str, name: str = "") -> None:
        def clicked() -> bool:
            with suppress(FirefoxSaid):  # redrawn between being found and being pressed: found anew
                self.ask("WebDriver:ElementClick", id=self.find(selector, name)[ELEMENT])
                return True
            return False

        self.until(clicked, f"to press {selector} «{name}»")

    def type(self, selector: str, name: str, text: str) -> None:
        found = self.find(selector, name)
        self.ask("WebDriver:ElementClear", id=found[ELEMENT])
        self.ask("WebDriver:ElementSendKeys", id=found[ELEMENT], text=text)

    def press(self, *keys: str) -> None:
        """Held down one over another, and let go."""
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self._act({"type": "key", "id": KEYS, "actions": [*down, *up]})

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        moves = [
            {
                "type": "pointerMove",
                "duration": 30,
                "x": round(start[0] + (end[0] - start[0]) * step / 8),
                "y": round(start[1] + (end[1] - start[1]) * step / 8),
            }
            for step in range(9)
        ]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": MOUSE, "parameters": {"pointerType": "mouse"}, "actions": actions})

    def wheel(self, at: tuple[float, float], by: int) -> None:
        turn = {"type": "scroll", "x": round(at[0]), "y": round(at[1]), "deltaX": 0, "deltaY": by}
        self._act({"type": "wheel", "id": WHEEL, "actions": [turn]})

    # ---- what a person sees

    def box(self, selector: str, name: str = "") -> tuple[float, float, float, float]:
        """x, y, width, height."""
        of = "const b = arguments[0].getBoundingClientRect(); return [b.x, b.y, b.width, b.height]"
        x, y, width, height = self.script(of, self.find(selector, name))
        return x, y, width, height

    def script(self, body: str, *given: Any) -> Any:
        return self.ask("WebDriver:ExecuteScript", script=body, args=list(given))["value"]

    def until(self, asked: Callable[[], Any], what: str) -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := asked():
                return found
            time.sleep(0.1)
        raise AssertionError(f"not seen in Firefox: {what}\n{self.script('return document.body.innerText')[:2000]}")

    def picture(self) -> bytes:
        return base64.b64decode(self.ask("WebDriver:TakeScreenshot", full=False)["value"])

    def complaints(self, site: str) -> list[str]:
        """What the browser's console has of our pages: errors of scripts, what the policy forbade."""
        self.ask("Marionette:SetContext", value="chrome")
        try:
            return list(self.script(COMPLAINTS, site))
        finally:
            self.ask("Marionette:SetContext", value="content")

    # ---- the wire

    def ask(self, command: str, **parameters: Any) -> Any:
        self.last += 1
        message = json.dumps([0, self.last, command, parameters])
        self.socket.sendall(f"{len(message.encode())}:{message}".encode())
        _, _, error, result = self._receive()
        if error:
            raise FirefoxSaid(f"{command}: {error['error']}: {error['message']}")
        return result

    def _act(self, *actions: dict[str, Any]) -> None:
        self.ask("WebDriver:PerformActions", actions=list(actions))
        self.ask("WebDriver:ReleaseActions")

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._exactly(1)
        return json.loads(self._exactly(int(length[:-1])))

    def _exactly(self, count: int) -> bytes:
        got = bytearray()
        while len(got) < count:
            part = self.socket.recv(count - len(got))
            if not part:
                raise FirefoxSaid("Firefox has closed")
            got += part
        return bytes(got)


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """A fresh profile in the folder; the browser is ended with the block."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program, "Firefox is not installed: apt-get install firefox-esr"
    profile = folder / "profile"
    profile.mkdir(parents=True)
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    command = [program, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
    home = {"HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1", "TZ": "Europe/Moscow"}
    log = (folder / "firefox.log").open("w")
    running = subprocess.Popen(
        [*command, "--profile", str(profile)], env=os.environ | home, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        told = profile / "MarionetteActivePort"
        end = time.monotonic() + PATIENCE
        while not (told.is_file() and told.read_text().strip()):
            assert running.poll() is None, (folder / "firefox.log").read_text()
            assert time.monotonic() < end, "Firefox has not opened its port in a minute"
            time.sleep(0.1)
        yield Firefox(int(told.read_text()))
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        log.close()
