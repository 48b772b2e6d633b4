"""`[serve]`: what is refused with the fix, and what others need not know."""

from pathlib import Path

import pytest

from cophub import ConfigError
from cophub.config import load_config
from cophub.config.serve_table import is_loopback

SIGN_IN = """
[serve.sign_in]
issuer = "https://login.health.example/realms/hub"
client_id = "cophub"
client_secret = { env = "TEST_SITE_SECRET" }
facilitators = ["Ada@Health.Example"]
"""


def said(tmp_path: Path, text: str) -> str:
    (tmp_path / "plugins.toml").write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path / "plugins.toml")
    assert "\n" not in str(raised.value)
    assert raised.value.code in ("CPH-C03", "CPH-C11")
    return str(raised.value)


def loaded(tmp_path: Path, text: str):
    path = tmp_path / "plugins.toml"
    path.touch(0o600)
    path.write_text(text)
    return load_config(path)


def test_without_the_table_this_machine_is_answered(tmp_path: Path) -> None:
    table = loaded(tmp_path, "").serve
    assert (table.host, table.port, table.sign_in) == ("127.0.0.1", 8300, None)


def test_a_secret_is_looked_up_when_the_site_is_served(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("TEST_SITE_SECRET", raising=False)
    config = loaded(tmp_path, SIGN_IN)
    assert config.serve.sign_in.facilitators == ["ada@health.example"]
    secret = config.serve.sign_in.client_secret
    with pytest.raises(ConfigError, match=r"\[serve\] sign_in.client_secret: .*TEST_SITE_SECRET"):
        config.serve_secret(secret, "sign_in", "client_secret")
    monkeypatch.setenv("TEST_SITE_SECRET", "s3cret-of-the-app")
    assert config.serve_secret(secret, "sign_in", "client_secret") == "s3cret-of-the-app"
    assert "s3cret" not in repr(config)


def test_a_secret_in_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    text = SIGN_IN.replace('{ env = "TEST_SITE_SECRET" }', '"in-the-file-itself"')
    config = loaded(tmp_path, text)
    assert config.serve_secret("in-the-file-itself", "x") == "in-the-file-itself"
    config.path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        config.serve_secret(config.serve.sign_in.client_secret, "sign_in", "client_secret")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[serve]\nhots = "x"', "did you mean"),
        ('[serve]\nport = 70000', "port"),
        ('[serve]\naddress = "https://cop.example.org"', "add a table [serve.sign_in]"),
        ('[serve]\nproxy = "10.0.0.1"', "add a table [serve.sign_in]"),
        ('[serve]\ncertificate = "c.pem"', "lacks key"),
        ('[serve]\nmetrics_token = ""', "is empty"),
        ('[serve]\nmetrics_token = 7', "text in quotes"),
        ('[serve]\naddress = "http://cop.example.org"' + SIGN_IN, "must begin with https://"),
        ('[serve]\naddress = "https://example.org/cop"' + SIGN_IN, "has a path"),
        ('[serve]\naddress = "cop.example.org"' + SIGN_IN, "is not the address"),
        ('[serve]\naddress = "https://u@example.org"' + SIGN_IN, "is not the address"),
        ('[serve]\naddress = "https://[::1"' + SIGN_IN, "is not the address"),
        ('[serve]\nproxy = ["*"]' + SIGN_IN, "not the IP address of a proxy"),
        ('[serve]\nproxy = ["0.0.0.0/0"]' + SIGN_IN, "is everybody"),
        ('[serve]\nproxy = "::/0"' + SIGN_IN, "is everybody"),
        ('[serve]\naddress = "http://localhost:1"\ncertificate = "c"\nkey = "k"' + SIGN_IN,
         "address begins with https://"),
        (SIGN_IN.replace("https://login", "http://login"), "must begin with https://"),
        (SIGN_IN.replace("Ada@", "ada.obi"), "neither an address"),
        (SIGN_IN.replace("Ada@", "*@"), "neither an address"),
        (SIGN_IN.replace('["Ada@Health.Example"]', "[]"), "lets nobody in"),
        (SIGN_IN + "x = 1", "no such key"),
        (SIGN_IN.replace('"Ada@Health.Example"', '"a@b.example", "A@b.example"'), "is there twice"),
        (SIGN_IN.replace('"Ada@Health.Example"', '"аda@health.example"'), "neither an address"),
        (SIGN_IN.replace('"Ada@Health.Example"', '"@example"'), "neither an address"),
        *((SIGN_IN.replace("login.health.example/realms/hub", f"{host}/{tenant}/v2.0"),
           "lets in people of every organisation")
          for host in ("login.microsoftonline.com", "login.microsoftonline.us")
          for tenant in ("common", "Organizations", "consumers",
                         "9188040d-6c67-4c5b-b112-36a304b66dad")),
    ],
)  # fmt: skip
def test_what_would_be_open_or_cannot_be_meant(tmp_path: Path, text: str, told: str) -> None:
    line = said(tmp_path, text)
    assert told in line
    assert "[serve]" in line


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.5.0.1", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("cop.example.org", False),  # noqa: S104
     ("localhost.example.org", False), ("", False)],
)  # fmt: skip
def test_which_hosts_are_this_machine_alone(host: str, here: bool) -> None:
    assert is_loopback(host) is here
