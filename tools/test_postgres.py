"""Run a private PostgreSQL that lives exactly as long as what needs it.

    python tools/test_postgres.py -- pytest tests/storage      tests on a server of their own
    python tools/test_postgres.py --durable -- python bench/x.py   with fsync, for honest figures

The command finds the address in SVYAZ_TEST_POSTGRES.  The server is a throwaway: its own
folder under the temporary directory, its own free port on 127.0.0.1, its own password, and
nothing of it is left afterwards.  No server of the machine is touched.

PostgreSQL refuses to run as root, so for root it runs as `postgres` or, failing that, `nobody`.

The default collation is Russian ICU on purpose.  It is what an office server has, and it orders
text otherwise than bytes do: a query that leans on the database's own order shows up in tests
as a difference between SQLite and PostgreSQL.

tests/postgres.py starts this file with `--guard PID` the first time that a test asks for a
server; the guard stops the server when that process ends, even if it is killed.
"""

import argparse
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADDRESS = "SVYAZ_TEST_POSTGRES"
START_SECONDS = 60

# What a test server need not survive: a power cut.  Twice as fast, and equal in everything else.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
ALWAYS = ("max_connections=300", "shared_buffers=128MB", "timezone=UTC", "log_min_messages=fatal")


class PostgresAbsent(Exception):
    """The server's programs are not on this machine; the text says what to install."""


@dataclass(frozen=True, slots=True)
class Cluster:
    directory: Path
    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop at once and leave nothing behind."""
        self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`, the newest version first."""

    def version(folder: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in re.findall(r"\d+", folder.parent.name))

    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresAbsent("PostgreSQL server is not installed: apt-get install postgresql")


def runs_as() -> dict[str, Any]:
    """Arguments of subprocess that give up root; none for anybody else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise PostgresAbsent("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`")


def start(*, durable: bool = False) -> Cluster:
    """Make an empty cluster, start it, wait until it answers."""
    programs = find_programs()
    account = runs_as()
    directory = Path(tempfile.mkdtemp(prefix="svyaz-pg-"))
    if account:
        os.chown(directory, account["user"], account["group"])

    password = secrets.token_hex(8)
    secret = directory / "password"
    secret.write_text(password + "\n")
    if account:
        os.chown(secret, account["user"], account["group"])
    made = subprocess.run(
        [
            *(str(programs / "initdb"), "--pgdata", str(directory / "data"), "--username=svyaz"),
            *("--auth=scram-sha-256", "--pwfile", str(secret), "--encoding=UTF8", "--no-sync"),
            *("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=ru-RU", "--no-instructions"),
        ],
        capture_output=True,
        text=True,
        cwd=directory,
        check=False,
        **account,
    )
    if made.returncode:
        shutil.rmtree(directory, ignore_errors=True)
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")

    problem = ""
    for _ in range(3):  # another program may take the free port between our look and our start
        port = free_port()
        process = run_server(directory, port, durable=durable)
        if wait_until_ready(process, directory / "data" / "postmaster.pid"):
            return Cluster(directory, f"postgresql://svyaz:{password}@127.0.0.1:{port}/postgres", process)
        process.kill()
        process.wait()
        problem = (directory / "log").read_text(errors="replace")
    shutil.rmtree(directory, ignore_errors=True)
    raise RuntimeError(f"PostgreSQL did not start:\n{problem}")


def run_server(directory: Path, port: int, *, durable: bool) -> subprocess.Popen[bytes]:
    """The server on a cluster that is there; it may still be making itself ready."""
    settings = [*ALWAYS, *(() if durable else FORGETFUL), f"port={port}", "listen_addresses=127.0.0.1"]
    settings += [f"unix_socket_directories={directory}"]
    with (directory / "log").open("wb") as output:
        return subprocess.Popen(
            [
                *(str(find_programs() / "postgres"), "-D", str(directory / "data")),
                *(part for one in settings for part in ("-c", one)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=directory,
            start_new_session=True,
            **runs_as(),
        )


def wait_until_ready(process: subprocess.Popen[bytes], state: Path) -> bool:
    """PostgreSQL writes `ready` into the last line of postmaster.pid; one that was killed left its own there."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            lines = state.read_text().splitlines()
            if len(lines) > 7 and lines[0].strip() == str(process.pid) and lines[7].strip() == "ready":
                return True
        time.sleep(0.02)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def guard(owner: int, announce: Path) -> None:
    """Keep one server for process `owner`; write its address, or `!` and the problem, to `announce`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        cluster = start()
    except Exception as problem:
        write_whole(announce, f"!{problem}")
        raise
    try:
        write_whole(announce, cluster.url)
        while alive(owner) and cluster.process.poll() is None:
            time.sleep(0.3)
    finally:
        cluster.stop()


def write_whole(path: Path, text: str) -> None:
    """Readers see nothing or everything."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.rename(path)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("--durable", action="store_true", help="keep fsync on, for measurements")
    parser.add_argument("--guard", type=int, metavar="PID", help="run until this process ends")
    parser.add_argument("--announce", type=Path, metavar="FILE", help="with --guard: where to write the address")
    parser.add_argument("command", nargs="*", help="run this with SVYAZ_TEST_POSTGRES set, then stop")
    asked = parser.parse_args()
    if asked.guard:
        guard(asked.guard, asked.announce)
        return 0
    if not asked.command:
        parser.error("say what to run:  tools/test_postgres.py -- pytest")
    try:
        cluster = start(durable=asked.durable)
    except PostgresAbsent as problem:
        print(problem, file=sys.stderr)
        return 1
    try:
        return subprocess.call(asked.command, env=os.environ | {ADDRESS: cluster.url})
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
