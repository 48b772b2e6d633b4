"""`doctor` and the sign-in to the site: secrets, the certificate, and the provider."""

from pathlib import Path

import pytest

from cophub.hub import Hub, doctor_site
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.assertion import self_signed

SIGN_IN = """
[serve.sign_in]
issuer = "{issuer}"
client_id = "cophub"
client_secret = {{ env = "TEST_SITE_SECRET" }}
members = ["@health.example"]
"""


def hub(folder: Path, issuer: str = "https://login.health.example", serve: str = "") -> Hub:
    (folder / "plugins.toml").write_text(f"[serve]\n{serve}\n{SIGN_IN.format(issuer=issuer)}")
    return Hub.open(folder / "plugins.toml")


def told(hub: Hub) -> dict[str, str]:
    return {one.message: one.state for one in doctor_site.settings(hub)}


def asked(issuer: str, tmp_path: Path) -> list[tuple[str, str]]:
    jobs = doctor_site.jobs(hub(tmp_path, issuer), 2)
    return [(one.state, one.message) for one in jobs["serve"]()]


def test_nothing_is_told_where_nobody_signs_in(tmp_path: Path) -> None:
    (tmp_path / "plugins.toml").write_text("")
    with Hub.open(tmp_path / "plugins.toml") as bare:
        assert list(doctor_site.settings(bare)) == []
        assert doctor_site.jobs(bare, 1) == {}


def test_a_secret_that_is_not_there_and_sessions_that_end(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("TEST_SITE_SECRET", raising=False)
    monkeypatch.delenv("COPHUB_KEY", raising=False)
    found = told(hub(tmp_path))
    assert list(found.values()) == ["failed", "warning"]
    assert "TEST_SITE_SECRET is not set" in next(iter(found))
    monkeypatch.setenv("TEST_SITE_SECRET", "a-secret-of-the-app")
    monkeypatch.setenv("COPHUB_KEY", "a phrase of many letters")
    assert told(hub(tmp_path)) == {}


@pytest.mark.parametrize(
    ("days", "state", "word"), [(-1, "failed", "ended"), (5, "warning", "ends"), (90, "", "")]
)
def test_a_certificate_is_told_before_it_ends(tmp_path, monkeypatch, days, state, word) -> None:
    monkeypatch.setenv("TEST_SITE_SECRET", "a-secret-of-the-app")
    monkeypatch.setenv("COPHUB_KEY", "a phrase of many letters")
    (tmp_path / "site.pem").write_text(self_signed(days=days))
    found = told(hub(tmp_path, serve='certificate = "site.pem"\nkey = "site.pem"'))
    assert list(found.values()) == ([state] if state else [])
    assert word in "".join(found)
    (tmp_path / "site.pem").write_text("no PEM")
    found = told(hub(tmp_path, serve='certificate = "site.pem"\nkey = "site.pem"'))
    assert "holds no certificate" in next(iter(found))


def test_the_provider_is_asked_who_it_is(tmp_path: Path) -> None:
    with MicrosoftSandbox(people=5, communities=1, years=0.1) as tenant:
        tenant.entra.at = tenant.base_url
        assert asked(tenant.entra.issuer, tmp_path) == [
            ("ok", f"people sign in at {tenant.entra.issuer}")
        ]
        by_domain = f"{tenant.base_url}/contoso.onmicrosoft.com/v2.0"
        [(state, said)] = asked(by_domain, tmp_path)
        assert (state, f"calls itself '{tenant.entra.issuer}'" in said) == ("failed", True)
        [(state, said)] = asked(f"{tenant.base_url}/another/v2.0", tmp_path)
        assert (state, "answers 400" in said) == ("failed", True)
        away = tenant.entra.issuer
    [(state, said)] = asked(away, tmp_path)
    assert (state, "does not say how to sign in" in said) == ("warning", True)
