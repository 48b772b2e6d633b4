"""A tap that says what a test wrote for it: a small program by the Singer specification.

Its config names a script, a JSON file: {"catalog": ..., "output": [...], "exit": 0, ...}. It
writes down how it was called beside that.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--config", "--catalog", "--properties", "--state"):
        parser.add_argument(name)
    parser.add_argument("--discover", action="store_true")
    given = parser.parse_args()
    config = json.loads(Path(given.config).read_text())
    script = json.loads(Path(config["script"]).read_text())
    told = {"config": config, "discover": given.discover, "environment": sorted(os.environ)}
    told["path"] = os.environ["PATH"]
    told["mode"] = oct(Path(given.config).stat().st_mode & 0o777)
    told["folder"] = str(Path(given.config).parent)
    for name in ("catalog", "properties", "state"):
        path = getattr(given, name)
        told[name] = json.loads(Path(path).read_text()) if path else None
    with Path(config["script"]).with_suffix(".calls").open("a") as calls:
        calls.write(json.dumps(told) + "\n")
    for line in script.get("stderr", []):
        sys.stderr.write(line + "\n")
    if given.discover:
        if script.get("no_discover"):
            parser.error("unrecognized arguments: --discover")
        sys.stdout.write(script.get("before_catalog", ""))
        sys.stdout.write(json.dumps(script.get("catalog", {"streams": []})))
        return
    if script.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for message in script["output"] * script.get("times", 1):
        text = message if isinstance(message, str) else json.dumps(message)
        sys.stdout.write(text + "\n")
    sys.stdout.flush()
    Path(config["script"]).with_suffix(".written").touch()
    if script.get("child"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(config["script"]).with_suffix(".child").write_text(str(child.pid))
    if script.get("closes"):
        os.close(1)
    if script.get("hang"):
        time.sleep(600)
    sys.exit(script.get("exit", 0))


if __name__ == "__main__":
    main()
