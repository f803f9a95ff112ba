"""Make sure that the machine has what the project does not bring itself, or say exactly what is missing.

    python3 tools/need.py python                        Python 3.11 or newer, with venv
    python3 tools/need.py postgresql chromium firefox   programs of Debian that tests drive
    python3 tools/need.py samba slapd openssl           directories that tests ask

Programs of Debian are installed with apt-get when this runs as root or sudo asks no password.
Otherwise the run fails and names the command to type: a missing server is never a skipped test.
Runs on the machine's own Python, before .venv is made.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

APT = {
    "postgresql": ["postgresql"],
    "chromium": ["chromium"],
    "firefox": ["firefox-esr"],
    "samba": ["samba", "samba-ad-provision", "samba-dsdb-modules", "samba-vfs-modules", "python3-samba"],
    "slapd": ["slapd"],
    "openssl": ["openssl"],
}


def has_python() -> bool:
    try:
        import ensurepip  # noqa: F401, PLC0415  (what is looked for may be absent)
        import venv  # noqa: F401, PLC0415
    except ImportError:
        return False
    return sys.version_info >= (3, 11)


def has_postgresql() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb") is not None


def has_chromium() -> bool:
    return shutil.which("chromium") is not None


def has_firefox() -> bool:
    return shutil.which("firefox-esr") is not None or shutil.which("firefox") is not None


def has_samba() -> bool:
    """The server, what makes a new domain, and the modules of its base."""
    modules = Path("/usr/lib").glob("*/samba")
    built = any((one / "ldb/samba_dsdb.so").exists() and (one / "vfs/acl_xattr.so").exists() for one in modules)
    return built and in_sbin("samba") and Path("/usr/share/samba/setup/provision.ldif").exists()


def has_slapd() -> bool:
    return in_sbin("slapd")


def has_openssl() -> bool:
    return shutil.which("openssl") is not None


def in_sbin(program: str) -> bool:
    """Debian keeps servers where the path of ordinary people does not lead."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None


PRESENT: dict[str, Callable[[], bool]] = {
    "python": has_python,
    "postgresql": has_postgresql,
    "chromium": has_chromium,
    "firefox": has_firefox,
    "samba": has_samba,
    "slapd": has_slapd,
    "openssl": has_openssl,
}


def install(packages: list[str]) -> bool:
    """True when apt-get was there, was allowed and did it."""
    apt = shutil.which("apt-get")
    if apt is None:
        return False
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if before and (shutil.which("sudo") is None or subprocess.run([*before, "true"], check=False).returncode):
        return False
    quiet = [*before, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-qq", "-o", "Dpkg::Use-Pty=0"]
    print(f"Installing from Debian: {' '.join(packages)}", flush=True)
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run([*quiet, *step], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout + done.stderr, file=sys.stderr)
            return False
    return True


def main(wanted: list[str]) -> int:
    if not wanted or set(wanted) - set(PRESENT):
        raise SystemExit(__doc__)
    missing = [one for one in wanted if not PRESENT[one]()]
    if "python" in missing:
        print(
            f"Python 3.11 or newer with venv is needed; this is {sys.version.split()[0]} ({sys.executable}).\n"
            "On Debian 12 or newer:  apt-get install python3-venv\n"
            "Another Python:         make PYTHON=/path/to/python3.12 …",
            file=sys.stderr,
        )
        return 1
    packages = [package for one in missing for package in APT[one]]
    if packages and install(packages):
        missing = [one for one in missing if not PRESENT[one]()]
    if missing:
        print(
            f"Missing: {', '.join(missing)}.  The tests need the programs themselves, so they were not run.\n"
            f"Install as root:  apt-get install {' '.join(packages)}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
