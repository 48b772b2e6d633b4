"""Before others are answered: each way of being open by mistake is refused with the fix."""

from pathlib import Path

import pytest

from cophub import ConfigError
from cophub.config import Config, load_config
from cophub.sandbox.microsoft.assertion import self_signed
from cophub.web import listen
from cophub.web.opening import brand_of, lists_of, names_of, opened

SIGN_IN = """
[serve.sign_in]
issuer = "https://login.health.example/realms/hub"
client_id = "cophub"
client_secret = "a-secret-of-the-app"
members = ["@health.example"]
"""


def config(folder: Path, serve: str, rest: str = SIGN_IN) -> Config:
    path = folder / "plugins.toml"
    path.touch(0o600)
    path.write_text(f"[serve]\n{serve}\n{rest}")
    return load_config(path)


def refused(made: Config, host: str = "0.0.0.0") -> str:  # noqa: S104 - what is refused
    with pytest.raises(ConfigError) as raised:
        opened(made, host, 8300)
    assert raised.value.code in ("CPH-C15", "CPH-C13")
    return str(raised.value)


def test_others_are_not_answered_where_nobody_signs_in(tmp_path: Path) -> None:
    assert "add a table [serve.sign_in]" in refused(config(tmp_path, "", ""))
    for host in ("0.0.0.0", "10.0.0.1", "cop.example.org", "::"):  # noqa: S104
        with pytest.raises(ConfigError, match=r"serve\.sign_in") as raised:
            listen(0, host)
        assert raised.value.code == "CPH-C15"


def test_others_need_an_address_and_are_not_answered_in_clear(tmp_path: Path) -> None:
    assert "[serve] address: is needed" in refused(config(tmp_path, ""))
    local = 'address = "http://localhost:8300"'
    assert "[serve] address: is needed" in refused(config(tmp_path, local))
    named = 'address = "https://cop.example.org"'
    assert "answer in clear" in refused(config(tmp_path, named))
    by = opened(config(tmp_path, f'{named}\nproxy = "10.0.0.5"'), "0.0.0.0", 8300)  # noqa: S104
    assert by.address == "https://cop.example.org"
    assert by.options["proxy_headers"] is True
    assert by.options["forwarded_allow_ips"] == ["10.0.0.5"]


def test_nobody_else_is_believed_who_somebody_is(tmp_path: Path) -> None:
    by = opened(config(tmp_path, ""), "127.0.0.1", 8400)
    assert by.address == "http://localhost:8400"
    assert by.options["proxy_headers"] is False
    assert opened(config(tmp_path, "", ""), "127.0.0.1", 8400).address == "http://127.0.0.1:8400"
    assert "cop.example.org" in names_of("https://cop.example.org")
    assert "*" not in names_of("https://cop.example.org")


def test_a_certificate_that_cannot_be_used_is_told_before_anybody_comes(tmp_path: Path) -> None:
    one, other = self_signed(), self_signed()
    (tmp_path / "one.pem").write_text(one)
    (tmp_path / "other.pem").write_text(other)
    (tmp_path / "bad.pem").write_text("no PEM")
    for file in tmp_path.glob("*.pem"):
        file.chmod(0o600)

    def made(certificate: str, key: str) -> Config:
        return config(tmp_path, f'certificate = "{certificate}"\nkey = "{key}"')

    by = opened(made("one.pem", "one.pem"), "127.0.0.1", 8400)
    assert by.address == "https://localhost:8400"
    assert by.options["ssl_keyfile"] == str(tmp_path / "one.pem")
    for pair in (("one.pem", "other.pem"), ("bad.pem", "one.pem"), ("one.pem", "none.pem")):
        line = refused(made(*pair), "127.0.0.1")
        assert "belong together" in line and "\n" not in line
    (tmp_path / "one.pem").chmod(0o640)
    assert "chmod 600" in refused(made("one.pem", "one.pem"), "127.0.0.1")


def test_lists_follow_plugins_toml_and_never_open_by_a_mistake(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = config(tmp_path, "")
    assert made.serve.sign_in is not None
    lists = lists_of(made, made.serve.sign_in)

    def now() -> list[str]:
        return lists().members  # from the very next page on

    assert now() == ["@health.example"]
    text = made.path.read_text()
    made.path.write_text(text.replace("@health.example", "ben@partner.example"))
    assert now() == ["ben@partner.example"]
    for wrong in ("[serve", text.replace('["@health', '["health'), "", "[serve]\nport = 1"):
        made.path.write_text(wrong)
        caplog.clear()
        assert now() == now() == ["ben@partner.example"]
        is_right = wrong in ("", "[serve]\nport = 1")
        assert caplog.text.count("stays as it was") == (0 if is_right else 1)
    made.path.write_text(text)
    assert now() == ["@health.example"]


def test_pages_carry_the_name_of_the_site(tmp_path: Path) -> None:
    assert brand_of(config(tmp_path, "")) == "Communities of practice"
    site = '[pipelines.site]\nsettings = { title = "Our communities" }'
    assert brand_of(config(tmp_path, "", site)) == "Our communities"
    site = site.replace(" }", ', organization = "Health for All" }')
    assert brand_of(config(tmp_path, "", site)) == "Health for All"


def test_a_host_that_is_none_of_this_machine(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no address of this machine|cannot be used"):
        listen(0, "no-such-host.invalid", guarded=True)
    with pytest.raises(ConfigError, match="cannot be used"):
        listen(0, "192.0.2.1", guarded=True)
