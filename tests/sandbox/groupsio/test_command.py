"""`python -m cophub.sandbox groupsio`: the vendor in a process of its own."""

import subprocess
import sys

import httpx


def test_it_tells_its_address_and_the_key_and_ends_with_its_input() -> None:
    """The key opens it."""
    options = ("--people", "30", "--communities", "2", "--years", "0.5", "--now", "2026-03-01")
    command = [sys.executable, "-m", "cophub.sandbox", "groupsio", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        name, _, key = process.stdout.readline().strip().partition(" = ")
        assert (name, len(key)) == ("api_key", 64)
        subs = httpx.get(f"{url}/api/v1/getsubs", auth=(key, "")).json()
        assert [row["group_name"] for row in subs["data"]] == ["mercop", "mercop+leads", "mnch"]
        process.stdin.close()
        assert process.wait(timeout=10) == 0
