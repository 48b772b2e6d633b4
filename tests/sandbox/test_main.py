"""`python -m cophub.sandbox`: a vendor in a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command with standard input as a pipe; ends what still runs."""
    running: list[subprocess.Popen[str]] = []

    def begin(*options: str, vendor: str = "mailchimp") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "cophub.sandbox", vendor, *options]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def first_line(process: subprocess.Popen[str]) -> str:
    """What the process prints first."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_its_first_line_is_where_it_serves_and_it_ends_when_its_input_closes(start: Start) -> None:
    """So it never outlives the program that started it."""
    process = start("--people", "20", "--audiences", "2", "--api-key", "k-us1")
    url = first_line(process)
    lists = httpx.get(f"{url}/3.0/lists", auth=("x", "k-us1")).json()
    assert lists["total_items"] == 2
    moved = httpx.post(f"{url}/__sandbox__/advance", json={"days": 1}).json()
    assert moved["now"].startswith("2026-06-02")
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_a_signal_ends_it_at_once(start: Start) -> None:
    """SIGTERM, and the exit is a clean one."""
    process = start("--people", "20", "--audiences", "1", "--now", "2026-03-01")
    url = first_line(process)
    assert httpx.get(f"{url}/__sandbox__/now").json()["now"].startswith("2026-03-01")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_an_instant_that_is_none_is_refused_in_words(start: Start) -> None:
    """Exit code 2, and what to write instead."""
    process = start("--now", "soon")
    assert process.wait(timeout=20) == 2
    assert process.stderr is not None
    assert "give an ISO 8601 instant such as 2026-06-01, or today" in process.stderr.read()


def test_microsofts_side_tells_how_to_sign_in_and_people_can_say_yes_from_elsewhere(
    start: Start,
) -> None:
    """After the address come tenant, client id and secret; another process approves a device."""
    process = start("--people", "20", "--communities", "2", "--messages", "50", vendor="microsoft")
    url = first_line(process)
    told = dict(first_line(process).split(" = ") for _ in range(3))
    login = f"{url}/{told['tenant_id']}/oauth2/v2.0"
    form = {"client_id": told["client_id"], "client_secret": told["client_secret"]}
    scope = "https://graph.microsoft.com/.default"
    ask = {**form, "grant_type": "client_credentials", "scope": scope}
    token = httpx.post(f"{login}/token", data=ask).json()["access_token"]
    path = "/v1.0/employeeExperience/communities"
    answer = httpx.get(f"{url}{path}", headers={"Authorization": f"Bearer {token}"}).json()
    assert len(answer["value"]) == 2
    assert httpx.get(f"{url}/__sandbox__/app").json()["client_id"] == told["client_id"]

    flow = httpx.post(f"{login}/devicecode", data={**form, "scope": scope}).json()
    wrong = httpx.post(f"{url}/__sandbox__/approve", json={"user_code": "nobody"})
    assert wrong.status_code == 400
    httpx.post(f"{url}/__sandbox__/approve", json={"user_code": flow["user_code"]})
    kind = "urn:ietf:params:oauth:grant-type:device_code"
    ask = {**form, "grant_type": kind, "device_code": flow["device_code"]}
    assert "refresh_token" in httpx.post(f"{login}/token", data=ask).json()


def test_what_an_administrator_does_can_be_done_from_elsewhere(
    start: Start, tmp_path: Path
) -> None:
    """A consent is taken back and granted, names are shown, an export is downloaded."""
    pem = tmp_path / "app.pem"
    small = ("--people", "20", "--communities", "2", "--messages", "50")
    process = start(*small, "--certificate", str(pem), vendor="microsoft")
    control = f"{first_line(process)}/__sandbox__"
    told = dict(first_line(process).split(" = ") for _ in range(4))
    assert told["site_url"].startswith("https://contoso.sharepoint.com/sites/")
    assert pem.read_text() == httpx.get(f"{control}/app").json()["certificate"]
    assert pem.stat().st_mode & 0o077 == 0
    consent = {"app": "sharepoint:Sites.Read.All"}
    left = httpx.post(f"{control}/take-back", json=consent).json()
    assert consent["app"] not in left["app"]
    assert consent["app"] in left["person"]
    assert consent["app"] in httpx.post(f"{control}/grant", json=consent).json()["app"]
    assert httpx.post(f"{control}/grant", json={"nobody": "x"}).status_code == 400
    assert httpx.post(f"{control}/conceal", json={"names": False}).status_code == 200
    told = httpx.post(f"{control}/export", json={"path": str(tmp_path / "export.zip")}).json()
    with ZipFile(told["path"]) as packed:
        assert "Messages.csv" in packed.namelist()


def test_goto_tells_an_app_and_two_kinds_of_token(start: Start) -> None:
    """Either is changed for an access token, with which the account is read."""
    process = start("--people", "20", "--communities", "2", "--years", "0.5", vendor="goto")
    url = first_line(process)
    told = dict(first_line(process).split(" = ") for _ in range(4))
    auth = (told["client_id"], told["client_secret"])
    for form in (
        {"grant_type": "personal_access_token", "pat": told["pat"]},
        {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]},
    ):
        token = httpx.post(f"{url}/oauth/token", data=form, auth=auth).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert len(httpx.get(f"{url}/G2M/rest/groups", headers=headers).json()) == 2
    assert httpx.get(f"{url}/__sandbox__/app").json()["pat"] == told["pat"]
