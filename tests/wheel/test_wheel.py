"""The wheel is whole: installed into an empty environment, without Node, it serves a ready CRM.

What it depends on is lent from the environment of the tests by a .pth file: the lock is proven
by `make run`, and downloading everything again here would prove only the network.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.test_postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_SECONDS = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert (ROOT / "svyaz/static/index.html").exists(), "the interface is not built: make setup"
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a fresh environment with the wheel in it."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(environment, with_pip=False, symlinks=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", str(wheel))
    lend_dependencies(packages)
    return environment / "bin"


def lend_dependencies(packages: Path) -> None:
    """Everything that the tests have, but not the checkout (an editable install) and not Node."""
    lent = packages.parent / "lent"
    lent.mkdir()
    for place in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if "svyaz" not in place.name and "nodejs" not in place.name and place.suffix != ".pth":
            (lent / place.name).symlink_to(place)
    (packages / "lent.pth").write_text(f"{lent}\n")


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=clean(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def clean() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}


def test_wheel_holds_the_interface_the_words_and_the_solutions_for_any_machine(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for expected in (
        "svyaz/static/index.html",
        "svyaz/locale/ru.toml",
        "svyaz/locale/en.toml",
        "svyaz/org/entities/employee.toml",
        "svyaz/solutions_shipped/sales/entities/deal.toml",
    ):
        assert expected in names
    assert any(re.fullmatch(r"svyaz/static/assets/.+\.js", name) for name in names)
    assert [name for name in names if name.startswith(("tests/", "ui/", "tools/")) or "__pycache__" in name] == []
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.fixture(scope="module")
def served(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """(address, file with what it printed) of `svyaz serve --demo`, without Node and outside the checkout."""
    folder = tmp_path_factory.mktemp("home")
    port = free_port()
    said = folder / "said"
    environment = clean() | {"PATH": str(installed), "PYTHONUNBUFFERED": "1"}
    assert shutil.which("node", path=environment["PATH"]) is None
    with said.open("wb") as output:
        command = [installed / "svyaz", "serve", "--home", folder / "data", "--port", str(port), "--demo"]
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield f"http://127.0.0.1:{port}", wait_until_served(server, port, said)
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_until_served(server: subprocess.Popen[bytes], port: int, said: Path) -> Path:
    end = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return said
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"it does not serve:\n{said.read_text()}")


def test_installed_wheel_serves_the_interface_and_its_assets(served: tuple[str, Path]) -> None:
    address, _ = served
    with urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
    assets = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert assets
    for asset in assets:
        with urllib.request.urlopen(address + asset) as answer:
            assert answer.status == 200


def test_installed_wheel_prints_a_login_and_a_one_time_password(served: tuple[str, Path]) -> None:
    address, said = served
    text = said.read_text(encoding="utf-8")
    assert address in text
    assert re.search(r"(?i)(вход|логин|login)", text)
    assert re.search(r"(?i)(пароль|password)", text)
