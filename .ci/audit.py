"""Looks for known vulnerabilities of what is installed, and says so where it could not look.

pip-audit answers "no known vulnerabilities found" also where its database knows no package at all,
such as behind a mirror of PyPI. So each database first has to report a version that is known to be
vulnerable; one that does not is no database.

Leaves with 0 when all that was looked at is well, 1 when something is vulnerable, and 75 when
nothing could be looked at. `--osv-url` asks another server of OSV's kind, `--path` looks at another
folder of installed packages.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

KNOWN = "requests==2.19.0"
"""Vulnerable since 2018 (CVE-2018-18074), in every database."""
WELL, VULNERABLE, NOT_AUDITED = 0, 1, 75
_PATIENCE = 300


class NoAnswerError(Exception):
    """pip-audit gave no answer; the reason in a line."""


def main(arguments: list[str]) -> int:
    """Audit what is installed by the first database that proves itself."""
    osv_url = _option(arguments, "--osv-url")
    services = [("OSV", ["-s", "osv"]), ("PyPI", ["-s", "pypi"])]
    if osv_url:
        services = [("OSV", ["-s", "osv", "--osv-url", osv_url])]
    path = _option(arguments, "--path")
    installed = ["--path", path] if path else ["--local"]
    reasons = []
    for name, service in services:
        if reason := _why_unfit(service):
            reasons.append(f"{name}: {reason}")
            continue
        return _audit(name, [*service, *installed, "--skip-editable"])
    _say("THE DEPENDENCIES WERE NOT AUDITED. No advisory database could be used:")
    for reason in reasons:
        _say(f"  {reason}")
    _say("Nothing is known about their vulnerabilities. Run this where api.osv.dev can be reached.")
    return NOT_AUDITED


def _why_unfit(service: list[str]) -> str:
    """Why a database does not do, in a line; empty when it knows what is known to be vulnerable."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(KNOWN + "\n", encoding="utf-8")
        try:
            found = _asked([*service, "-r", str(file), "--no-deps", "--disable-pip"])
        except NoAnswerError as error:
            return str(error)
    if any(each.get("vulns") for each in found):
        return ""
    skipped = next((each["skip_reason"] for each in found if each.get("skip_reason")), "")
    return f"it does not report {KNOWN}, which is vulnerable" + (f" ({skipped})" if skipped else "")


def _audit(name: str, options: list[str]) -> int:
    try:
        found = _asked(options)
    except NoAnswerError as error:
        # It answered a moment ago: this is no missing network to be forgiving of.
        _say(f"The audit against {name} broke off: {error}")
        return VULNERABLE
    bad = [each for each in found if each.get("vulns")]
    unknown = [each["name"] for each in found if each.get("skip_reason")]
    for each in bad:
        for one in each["vulns"]:
            fixed = ", ".join(one.get("fix_versions") or ()) or "no version yet"
            _say(f"{each['name']} {each['version']}: {one['id']}, mended in {fixed}")
    looked_at = len(found) - len(unknown)
    _say(f"{looked_at} packages were audited against {name}: {len(bad)} are vulnerable.")
    if unknown:
        _say(
            f"{len(unknown)} were NOT audited, for {name} does not know them: {', '.join(unknown)}"
        )
    if bad:
        return VULNERABLE
    return WELL if looked_at else NOT_AUDITED


def _asked(options: list[str]) -> list[dict[str, Any]]:
    """What pip-audit says of each package."""
    command = [sys.executable, "-m", "pip_audit", "-f", "json", "--progress-spinner", "off"]
    try:
        ended = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
        found: list[dict[str, Any]] = json.loads(ended.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"no answer in {_PATIENCE} s") from None
    except (ValueError, KeyError):
        lines = ended.stderr.strip().splitlines() or ["it said nothing"]
        raise NoAnswerError(lines[-1][:300]) from None
    return found


def _option(arguments: list[str], name: str) -> str | None:
    return arguments[arguments.index(name) + 1] if name in arguments else None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
