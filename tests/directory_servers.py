"""Real directories for tests: a domain of Active Directory that Samba serves, and slapd.

    with domain(folder, people) as ad: …       made, filled and started in a few seconds; ad.host, ad.ca, ad.base
    with ldap_server(folder, people) as ldap: …
    ad.as_administrator() -> Connection         what an administrator of the domain does by hand

Samba listens on 389 and 636 of an address of its own (127.x.y.z), so it needs root, or sudo that asks no password;
slapd takes any port.  No programs on the machine is a failure with words, never a skip: tools/need.py installs them.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ldap3 import NONE, Connection, Server, Tls

from tools import need

FILL = Path(__file__).with_name("fill_domain.py")
BASE = "DC=svyaz,DC=test"
UNIT = f"OU=Сотрудники,{BASE}"
GROUPS = f"OU=Группы,{BASE}"
ADMINISTRATOR, ADMINISTRATOR_PASSWORD = "Administrator@svyaz.test", "Passw0rd-adm"
SERVERS_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
WAIT_SECONDS = 60
UNSYNCED = {"TDB_NO_FSYNC": "1"}  # a test has no power cut to survive


@dataclass(frozen=True, slots=True)
class RunningDirectory:
    host: str
    port: int
    ca: str
    login: str
    password: str
    base: str

    def as_administrator(self) -> Connection:
        tls = Tls(validate=ssl.CERT_NONE)  # a hand on the server itself: who it is need not be proved
        server = Server(self.host, self.port, use_ssl=True, tls=tls, get_info=NONE)
        return Connection(server, self.login, self.password, auto_bind=True, check_names=False)


def has_all(*programs: str) -> None:
    missing = [one for one in programs if not need.PRESENT[one]()]
    if missing:
        pytest.fail(
            f"Missing: {', '.join(missing)}.  Install: python3 tools/need.py {' '.join(missing)}", pytrace=False
        )


def own_address() -> str:
    """An address of the loopback that no other process of tests takes."""
    number = os.getpid()
    return f"127.{64 + number // 65536 % 64}.{number // 256 % 256}.{number % 254 + 1}"


def make_certificates(folder: Path, *names: str, days: str = "3650") -> None:
    """ca.pem, cert.pem and key.pem; days "-1": a certificate that was good yesterday."""
    folder.mkdir(parents=True, exist_ok=True)

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        *("req", "-x509", *curve, "-days", "3650", "-subj", "/CN=Svyaz tests", "-keyout", "cakey.pem"),
        *("-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"),
    )
    openssl(
        "req",
        "-new",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=dc1.svyaz.test",
        "-keyout",
        "key.pem",
        "-out",
        "cert.csr",
    )
    (folder / "names").write_text(f"subjectAltName={','.join(names)}\n")
    signed = ("x509", "-req", "-in", "cert.csr", "-CA", "ca.pem", "-CAkey", "cakey.pem", "-CAcreateserial")
    openssl(*signed, "-days", days, "-extfile", "names", "-out", "cert.pem")
    (folder / "key.pem").chmod(0o600)


def as_root(*command: str) -> list[str]:
    return list(command) if os.geteuid() == 0 else ["sudo", "-n", "-E", *command]


# --- Samba


@contextmanager
def domain(folder: Path, plan: dict[str, Any]) -> Iterator[RunningDirectory]:
    """plan: what fill_domain.py takes."""
    has_all("samba", "openssl")
    host = own_address()
    _provision(folder, host)
    make_certificates(folder / "private" / "tls", f"IP:{host}", "DNS:localhost")
    filled = subprocess.run(
        as_root("/usr/bin/python3", str(FILL), str(folder)),
        input=json.dumps(plan, ensure_ascii=False).encode(),
        check=False,
        capture_output=True,
        env={**os.environ, **UNSYNCED},
    )
    if filled.returncode:
        pytest.fail(filled.stderr.decode()[-2000:], pytrace=False)
    samba = shutil.which("samba", path=SERVERS_PATH) or "samba"
    command = as_root(samba, "-F", "-M", "single", "--no-process-group", "-s", str(folder / "etc" / "smb.conf"))
    with _running(command, folder / "samba.out", host, 636, UNSYNCED):
        yield RunningDirectory(
            host, 636, (folder / "private/tls/ca.pem").read_text(), ADMINISTRATOR, ADMINISTRATOR_PASSWORD, BASE
        )


def _provision(folder: Path, host: str) -> None:
    command = as_root(
        *("samba-tool", "domain", "provision", f"--targetdir={folder}", "--realm=SVYAZ.TEST", "--domain=SVYAZ"),
        *("--server-role=dc", "--dns-backend=NONE", f"--adminpass={ADMINISTRATOR_PASSWORD}", "--host-name=dc1"),
        *(
            f"--host-ip={host}",
            "--option=ldb:nosync=true",
            f"--option=interfaces={host}",
            "--option=bind interfaces only=yes",
        ),
    )
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, "PATH": SERVERS_PATH, **UNSYNCED}
    )
    if done.returncode:
        pytest.fail(f"samba-tool: {done.stderr[-2000:]}", pytrace=False)
    for name in ("run", "ncalrpc", "winbindd", "ntp_signd"):
        (folder / name).mkdir(exist_ok=True)
    lines = {
        "interfaces": f"{host}/8",  # without the length Samba finds no interface and listens to nobody
        "bind interfaces only": "Yes",
        "netbios name": "DC1",
        "realm": "SVYAZ.TEST",
        "workgroup": "SVYAZ",
        "server role": "active directory domain controller",
        "server services": "ldap",
        "private dir": folder / "private",
        "state directory": folder / "state",
        "lock directory": folder,
        "cache directory": folder / "cache",
        "pid directory": folder / "run",
        "ncalrpc dir": folder / "ncalrpc",
        "winbindd socket directory": folder / "winbindd",
        "ntp signd socket directory": folder / "ntp_signd",
        "log file": folder / "log.%m",
        "disable netbios": "Yes",
        "tls enabled": "Yes",
        "ldb:nosync": "true",
    }
    told = "".join(f"\t{key} = {value}\n" for key, value in lines.items())
    (folder / "etc" / "smb.conf").write_text(f"[global]\n{told}")


# --- slapd


@contextmanager
def ldap_server(folder: Path, entries: Sequence[dict[str, Any]]) -> Iterator[RunningDirectory]:
    """entries: {"dn", "objectClass", attributes…}, parents first.  No more than 100 come without pages."""
    has_all("slapd", "openssl")
    make_certificates(folder / "tls", "IP:127.0.0.1", "DNS:localhost")
    (folder / "base").mkdir()
    config = folder / "slapd.conf"
    tls = folder / "tls"
    config.write_text(
        "".join(f"include /etc/ldap/schema/{one}.schema\n" for one in ("core", "cosine", "inetorgperson"))
        + f"modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {folder}/pid\n"
        f"TLSCACertificateFile {tls}/ca.pem\nTLSCertificateFile {tls}/cert.pem\nTLSCertificateKeyFile {tls}/key.pem\n"
        "security simple_bind=128\n"
        "sizelimit size.soft=100 size.hard=100 size.pr=200 size.prtotal=unlimited\n"
        f'database mdb\nmaxsize 134217728\nsuffix "{BASE.lower()}"\nrootdn "cn=admin,{BASE.lower()}"\nrootpw secret\n'
        f"directory {folder}/base\nindex objectClass,uid,entryUUID eq\n"
        # An account that only reads: limits do not bind the root of a base.
        f"access to attrs=userPassword by anonymous auth by * none\naccess to * by users read by * none\n"
    )
    slapd = shutil.which("slapd", path=SERVERS_PATH) or "slapd"
    added = subprocess.run(
        [slapd, "-T", "add", "-q", "-f", str(config)], input=ldif(entries), check=False, capture_output=True
    )
    if added.returncode:
        pytest.fail(added.stderr.decode()[-2000:], pytrace=False)
    port = free_port()
    command = [slapd, "-d", "0", "-f", str(config), "-h", f"ldaps://127.0.0.1:{port}"]
    with _running(command, folder / "slapd.out", "127.0.0.1", port, {}):
        yield RunningDirectory(
            *("127.0.0.1", port, (tls / "ca.pem").read_text(), f"cn=admin,{BASE.lower()}", "secret", BASE.lower())
        )


def ldif(entries: Sequence[dict[str, Any]]) -> bytes:
    told = []
    for entry in entries:
        for key, value in entry.items():
            for one in value if isinstance(value, list) else [value]:
                raw = one if isinstance(one, bytes) else str(one).encode()
                told.append(f"{key}:: {base64.b64encode(raw).decode()}")
        told.append("")
    return "\n".join(told).encode()


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as one:
        one.bind((host, 0))
        return int(one.getsockname()[1])


@contextmanager
def _running(command: list[str], said: Path, host: str, port: int, more: dict[str, str]) -> Iterator[None]:
    with said.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **more},
            start_new_session=True,
        )
    try:
        until = time.monotonic() + WAIT_SECONDS
        while True:
            with suppress(OSError), socket.create_connection((host, port), 1):
                break
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{command[0]} does not answer: {said.read_text(errors='replace')[-2000:]}", pytrace=False)
            time.sleep(0.05)
        yield
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
