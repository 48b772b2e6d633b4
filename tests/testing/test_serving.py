"""`serve` lets a function answer over real HTTP, and `serve_command` as long as a command runs."""

import os
import sys

import httpx
import pytest

from cophub import ConfigError
from cophub.testing import serve, serve_command


def echo(request: httpx.Request) -> httpx.Response:
    """Tells what it was asked."""
    told = {
        "method": request.method,
        "path": request.url.path,
        "query": dict(request.url.params),
        "signed": request.headers.get("authorization"),
        "body": request.read().decode(),
    }
    return httpx.Response(203, json=told, headers={"x-pages": "7"})


def test_what_is_asked_and_answered_comes_through_unchanged() -> None:
    with serve(echo) as url, httpx.Client(base_url=url) as client:
        answer = client.post(
            "/a/b?page=2&q=é", headers={"authorization": "Bearer t"}, content="body"
        )
        assert (answer.status_code, answer.headers["x-pages"]) == (203, "7")
        assert answer.json() == {
            "method": "POST", "path": "/a/b", "query": {"page": "2", "q": "é"},
            "signed": "Bearer t", "body": "body",
        }  # fmt: skip
        assert client.head("/").content == b""
        assert client.get("/again").json()["path"] == "/again"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_a_port_that_is_taken_is_named(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["vendor.py", "true"])
    with serve(echo) as url:
        port = int(url.rpartition(":")[2])
        with (
            pytest.raises(ConfigError, match=f"port {port} of 127.0.0.1 cannot be had"),
            serve(echo, port),
        ):
            pass
        assert serve_command(echo, port, {}) == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_a_command_runs_beside_it_with_its_token_and_gives_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with serve(echo) as url:
        port = int(url.rpartition(":")[2])
    asking = f"""
import os, sys, httpx
print(httpx.get("http://127.0.0.1:{port}", headers={{"authorization": os.environ["TOKEN"]}}).text)
sys.exit(3)
"""
    monkeypatch.setattr(sys, "argv", ["vendor.py", sys.executable, "-c", asking])
    assert serve_command(echo, port, {"TOKEN": "a-token"}) == 3
    assert '"signed":"a-token"' in capfd.readouterr().out.replace(" ", "")
    assert "TOKEN" not in os.environ
    monkeypatch.setattr(sys, "argv", ["vendor.py", "no-such-command"])
    assert serve_command(echo, port, {}) == 127
    assert "there is no command no-such-command" in capfd.readouterr().err
