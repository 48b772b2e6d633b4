"""The terminal of somebody who installs a package of her own beside cophub.

Her Python has all that is installed here; what she installs is hers alone, and the hubs of other
pages know nothing of it. Nothing is downloaded.
"""

import os
import socket
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("cophub", "pip", "pytest")
PORT = "8765"
"""Of the little vendor in each package that is made; here it may be another's."""


class Stranger:
    """Her shell; where one command leaves it, the next begins."""

    def __init__(self, home: Path) -> None:
        self.here = home / "hers"
        self.here.mkdir()
        self._where = home / "where"
        self._port = _free_port()
        programs = _virtual_environment(home / "venv")
        self._environment = {
            "PATH": os.pathsep.join([str(programs), os.defpath]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PIP_NO_INDEX": "1",
            # pip reads "no" here as no isolation: the build takes the hatchling that is installed.
            "PIP_NO_BUILD_ISOLATION": "no",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, script: str) -> tuple[int, str]:
        """What bash left with, and all that it printed; the first line that fails ends it."""
        whole = f"set -euo pipefail\ntrap 'pwd > {self._where}' EXIT\n{script}"
        ended = subprocess.run(
            ["bash", "-c", whole], cwd=self.here, env=self._environment, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.here = Path(self._where.read_text().strip())
        if "plugins new" in script:
            self._take_a_port_of_our_own()
        return ended.returncode, ended.stdout

    def _take_a_port_of_our_own(self) -> None:
        for path in self.here.rglob("*"):
            if path.suffix in (".py", ".toml", ".json"):
                text = path.read_text(encoding="utf-8").replace(PORT, self._port)
                path.write_text(text, encoding="utf-8")


def _free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def _virtual_environment(place: Path) -> Path:
    """Make one that finds what is installed here, and the code beside this test; gives its bin."""
    venv.EnvBuilder(symlinks=True).create(place)
    programs = place / "bin"
    libraries = place / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    here = sysconfig.get_path("purelib")
    lines = f"{ROOT}\nimport site; site.addsitedir({here!r})\n"
    (libraries / "site-packages" / "of_the_tests.pth").write_text(lines)
    for name in COMMANDS:
        script = programs / name
        script.write_text(f'#!/bin/sh\nexec {programs / "python"} -m {name} "$@"\n')
        script.chmod(0o755)
    return programs
