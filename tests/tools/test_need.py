"""What the machine lacks is installed when that is allowed; else it is named, and the run fails."""

import pytest

from tools import need


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    """A machine with the given programs, where apt-get works or does not; returns what was installed."""

    def make(programs: set[str], *, may_install: bool) -> list[str]:
        present, installed = set(programs), []

        def install(packages: list[str]) -> bool:
            if may_install:
                installed.extend(packages)
                present.update(packages)
            return may_install

        for name in need.PRESENT:
            monkeypatch.setitem(need.PRESENT, name, lambda name=name: name in present)
        monkeypatch.setattr(need, "install", install)
        return installed

    return make


def test_nothing_is_installed_when_everything_is_there(machine) -> None:
    installed = machine({"postgresql", "chromium"}, may_install=True)
    assert need.main(["postgresql", "chromium"]) == 0
    assert installed == []


def test_only_what_is_missing_is_installed(machine) -> None:
    installed = machine({"postgresql"}, may_install=True)
    assert need.main(["postgresql", "chromium"]) == 0
    assert installed == ["chromium"]


def test_missing_server_fails_the_run_and_names_the_command(machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine(set(), may_install=False)
    assert need.main(["postgresql", "chromium"]) == 1
    told = capsys.readouterr().err
    assert "Missing: postgresql, chromium" in told
    assert "apt-get install postgresql chromium" in told


def test_old_python_is_named_with_what_to_install(machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine(set(), may_install=True)
    assert need.main(["python"]) == 1
    assert "python3-venv" in capsys.readouterr().err
