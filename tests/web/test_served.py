"""`cophub serve` itself with a sign-in: by https, behind a proxy, with a real audit log."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.assertion import self_signed
from tests.web.conftest import ADA, BEN, Browser, Served, three

CONFIG = """
[serve]
port = 0
certificate = "site.pem"
key = "site.pem"
proxy = "127.0.0.1"
metrics_token = {{ env = "TEST_METRICS_TOKEN" }}

[serve.sign_in]
issuer = "{issuer}"
client_id = "{client}"
client_secret = {{ env = "TEST_SITE_SECRET" }}
members = ["{ben}"]
facilitators = ["{ada}"]
"""


class Hub:
    """A folder with a hub whose site is served, and its command line."""

    def __init__(self, folder: Path, entra: MicrosoftSandbox) -> None:
        self.folder, self.entra, self.address = folder, entra, ""
        self.browsers: list[Browser] = []
        three(folder / "site")
        pem = folder / "site.pem"
        pem.touch(0o600)
        pem.write_text(self_signed("localhost"))
        issuer = entra.entra.issuer
        told = CONFIG.format(issuer=issuer, client=entra.client_id, ada=ADA, ben=BEN)
        (folder / "plugins.toml").write_text(told)
        self.environment = {
            **os.environ, "TEST_METRICS_TOKEN": "token-of-prometheus",
            "TEST_SITE_SECRET": entra.client_secret, "COPHUB_KEY": "a phrase of many letters",
        }  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "cophub", *arguments], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def call(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def browser(self, **options: object) -> Browser:
        served = Served(self.folder / "site", self.entra, None, self.address)  # type: ignore[arg-type]
        self.browsers.append(served.browser(**options))
        return self.browsers[-1]


@pytest.fixture(scope="module")
def hub(entra: MicrosoftSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    hub = Hub(tmp_path_factory.mktemp("served"), entra)
    assert hub.call("db", "upgrade")[0] == 0
    process = hub.start("serve", "--no-schedule", "--json")
    try:
        assert process.stdout is not None
        told = "".join(iter(process.stdout.readline, "}\n"))
        hub.address = json.loads(told + "}")["address"].rstrip("/")
        entra.entra.redirects.add(f"{hub.address}/sign-in/back")
        yield hub
    finally:
        for browser in hub.browsers:
            browser.http.close()
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert "Traceback" not in said
    assert ADA not in said


def test_people_sign_in_by_https_and_are_noted(hub: Hub) -> None:
    assert hub.address.startswith("https://localhost:")
    browser = hub.browser()
    answer = browser.sign_in(ADA, "/brokers.html")
    assert answer.status_code == 303, answer.text
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    cookies = [each for each in answer.headers.get_list("set-cookie") if "Max-Age=0" not in each]
    assert [each.partition("=")[0] for each in cookies] == ["__Host-cophub"]
    assert "Secure" in cookies[0]
    assert "brokers by name" in browser.get("/brokers.html").text
    status, out, _ = hub.call("audit", "--json")
    noted = [(e["who"], e["how"], e["action"], e["subject"]) for e in json.loads(out)["audit"]]
    assert status == 0
    assert (ADA, "web", "sign in", "facilitators") in noted
    assert noted.count((ADA, "web", "site", "facilitators")) == 1


def test_the_address_of_a_reader_is_the_one_that_the_proxy_tells(hub: Hub) -> None:
    """Who is behind one proxy is not held back for another's attempts."""
    browser = hub.browser()
    one, two = ({"X-Forwarded-For": f"203.0.113.{each}"} for each in (1, 2))
    statuses = [browser.get("/sign-in/back", headers=one).status_code for _ in range(61)]
    assert statuses[-2:] == [400, 429]
    assert browser.get("/sign-in/back", headers=two).status_code == 400


def test_figures_of_the_hub_want_the_token(hub: Hub) -> None:
    browser = hub.browser()
    assert browser.get("/metrics").status_code == 401
    told = browser.get("/metrics", headers={"Authorization": "Bearer token-of-prometheus"})
    assert "cophub_up 1.0" in told.text
    assert browser.get("/health/ready").json()["status"] == "ok"


def test_who_is_taken_off_the_list_reads_no_more(hub: Hub) -> None:
    browser = hub.browser()
    browser.sign_in(BEN)
    assert "overview for members" in browser.get("/").text
    file = hub.folder / "plugins.toml"
    text = file.read_text()
    file.write_text(text.replace(BEN, "somebody@else.example"))
    try:
        browser.get("/")
        assert "overview for public" in browser.get("/").text
    finally:
        file.write_text(text)


def test_others_are_not_answered_by_mistake(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "plugins.toml").write_text("")
    bare = Hub.__new__(Hub)
    bare.folder, bare.environment = tmp_path, hub.environment
    status, _, said = bare.call("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert status != 0
    assert "add a table [serve.sign_in]" in said and "CPH-C15" in said
    status, _, said = hub.call("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert status != 0
    assert "[serve] address: is needed" in said


def test_in_clear_nothing_is_told(hub: Hub) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(hub.address.replace("https://", "http://"), trust_env=False)
