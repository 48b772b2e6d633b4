"""What `cophub run` does with briefs: files for facilitators alone, and mails, each sent once."""

import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import ValidationError

from cophub import AuthError, ConfigError, SourceUnavailable
from cophub.pipelines.brief import Settings
from cophub.warehouse.erasure import erase

from .conftest import NOW, Village, ago

ADA, BEN = "ada@example.org", "ben@example.org"


class Postbox:
    """Takes mail as a server does; `refuse` says which recipients or contents it will not have."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.refuse: dict[str, str] = {}
        self.drop = False
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.mails.append(envelope)
        if self.drop:
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        return [address for mail in self.mails for address in mail.rcpt_tos]


@contextmanager
def served(box: Postbox, **options: Any) -> Iterator[Postbox]:
    """The postbox behind a port of its own."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        box.port = found.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop(no_assert=True)


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with served(Postbox()) as box:
        yield box


def smtp(box: Postbox, **more: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": box.port, "starttls": False, "sender": "hub@example.org",
            "timeout_seconds": 5} | more  # fmt: skip


@pytest.fixture
def asked(malaria: Village) -> Village:
    """A question waits."""
    malaria.members("ann")
    malaria.post("ann", ago(5), "Anybody?")
    return malaria


def files(village: Village) -> dict[str, Path]:
    folder = village.folder / "briefs"
    return {str(p.relative_to(folder)): p for p in sorted(folder.rglob("*")) if p.is_file()}


def test_nothing_is_written_for_nobody(asked: Village):
    asked.run()
    assert not (asked.folder / "briefs").exists()


def test_briefs_are_written_for_those_who_have_readers_and_for_their_owner_alone(asked: Village):
    asked.rows.add("community", {"key": "a/b", "title": "Odd key"})
    asked.run(recipients={"m": [], "a/b": [ADA]})
    found = files(asked)
    assert list(found) == [
        *(f"a%2Fb/2026-W47.{suffix}" for suffix in ("eml", "html", "json", "txt")),
        *(f"m/2026-W47.{suffix}" for suffix in ("eml", "html", "json", "txt")),
    ]
    assert "Anybody?" in found["m/2026-W47.txt"].read_text()
    assert b"To: ada@example.org" in found["a%2Fb/2026-W47.eml"].read_bytes()
    assert {stat.S_IMODE(path.stat().st_mode) for path in found.values()} == {0o600}
    assert stat.S_IMODE((asked.folder / "briefs").stat().st_mode) == 0o700


def test_the_next_week_takes_the_place_of_the_last_and_leaves_other_files(asked: Village):
    asked.run(recipients={"*": []})
    (asked.folder / "briefs/m/notes.txt").write_text("mine")
    asked.run(NOW + timedelta(days=7), recipients={"*": []})
    assert [name for name in files(asked) if "W47" in name] == []
    assert {"m/2026-W48.html", "m/notes.txt"} <= set(files(asked))


def test_a_folder_that_cannot_be_written(asked: Village):
    (asked.folder / "briefs").write_text("a file")
    with pytest.raises(ConfigError, match=r'the folder .*briefs .* set "folder"'):
        asked.run(recipients={"m": []})


def test_a_brief_is_sent_once_a_week_to_each_recipient(asked: Village, postbox: Postbox):
    settings = {"recipients": {"m": [ADA, "Ada@example.org"], "*": [BEN]}, "smtp": smtp(postbox)}
    asked.run(**settings)
    assert sorted(postbox.recipients) == ["Ada@example.org", BEN]
    mail = message_from_bytes(postbox.mails[0].content or b"", policy=default)
    assert mail["Subject"] == "Brief of 2026-W47: Malaria" and mail["From"].endswith(
        "<hub@example.org>"
    )
    assert {mail["To"] for mail in map(_parsed, postbox.mails)} == {"Ada@example.org", BEN}
    asked.run(NOW + timedelta(days=2), **settings)
    assert len(postbox.mails) == 2
    asked.run(NOW + timedelta(days=7), **settings)
    assert len(postbox.mails) == 4


def _parsed(envelope: Envelope) -> Any:
    return message_from_bytes(envelope.content or b"", policy=default)


def test_whom_it_was_sent_to_is_kept_as_a_hash(asked: Village, postbox: Postbox):
    asked.run(recipients={"m": [ADA]}, smtp=smtp(postbox))
    (row,) = asked.rows.all("brief_sent")
    assert (row["community"], row["week"], row["state"]) == ("m", "2026-W47", "sent")
    assert len(row["recipient"]) == 64 and int(row["recipient"], 16)


def test_a_server_that_is_down_is_told_and_the_next_run_sends(asked: Village, postbox: Postbox):
    settings = {"recipients": {"m": [ADA, BEN]}}
    down = smtp(postbox, port=1)
    with pytest.raises(SourceUnavailable) as failure:
        asked.run(**settings, smtp=down)
    assert str(failure.value) == (
        "the mail server 127.0.0.1:1 cannot be used (Connection refused); 2 briefs wait, and the"
        " next run sends them"
    )
    assert "m/2026-W47.html" in files(asked)
    assert asked.rows.all("brief_sent") == []
    asked.run(**settings, smtp=smtp(postbox))
    assert sorted(postbox.recipients) == [ADA, BEN]


def test_one_refused_address_stops_no_other_and_is_tried_again(asked: Village, postbox: Postbox):
    settings = {"recipients": {"m": [ADA, BEN]}, "smtp": smtp(postbox)}
    postbox.refuse[ADA] = "550 no such user ada@example.org here"
    with pytest.raises(SourceUnavailable) as failure:
        asked.run(**settings)
    assert "did not take 1 of 2 briefs (a***@example.org: 550 no such user a***@" in str(
        failure.value
    )
    assert postbox.recipients == [BEN]
    postbox.refuse.clear()
    asked.run(**settings)
    assert postbox.recipients == [BEN, ADA]


def test_a_line_that_goes_dead_with_the_mail_sends_nothing_twice(
    asked: Village, postbox: Postbox, caplog: pytest.LogCaptureFixture
):
    """Nobody can know whether the server kept it."""
    settings = {"recipients": {"m": [ADA]}, "smtp": smtp(postbox)}
    postbox.drop = True
    with pytest.raises(SourceUnavailable, match="whether it arrived is not known"):
        asked.run(**settings)
    postbox.drop = False
    asked.run(**settings)
    assert len(postbox.mails) == 1
    assert "reached a***@example.org is not known" in caplog.text


def test_a_run_that_is_killed_while_it_sends_sends_nothing_twice(
    asked: Village, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
):
    """What is about to be sent is written down before."""
    from cophub.pipelines.brief import sending

    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr(sending, "_settle", killed)
    with pytest.raises(SystemExit):
        asked.run(recipients={"m": [ADA]}, smtp=smtp(postbox))
    monkeypatch.undo()
    asked.run(recipients={"m": [ADA]}, smtp=smtp(postbox))
    assert len(postbox.mails) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_user_signs_in_and_a_wrong_password_is_told_without_it(asked: Village):
    def check(
        server: Any, session: Any, envelope: Any, how: str, data: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)

    options = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    with served(Postbox(), **options) as box:
        settings = smtp(box, user="hub", password="wrong-secret")
        with pytest.raises(AuthError) as failure:
            asked.run(recipients={"m": [ADA]}, smtp=settings)
        assert "wrong-secret" not in str(failure.value)
        assert "set user and password under [pipelines.brief.settings.smtp]" in str(failure.value)
        asked.run(recipients={"m": [ADA]}, smtp=settings | {"password": "right"})
        assert box.recipients == [ADA]


def test_a_server_without_encryption_is_refused_where_it_is_wanted(
    asked: Village, postbox: Postbox
):
    with pytest.raises(ConfigError, match="offers no encryption"):
        asked.run(recipients={"m": [ADA]}, smtp=smtp(postbox, starttls=True))
    assert postbox.mails == []


def test_encryption_with_a_certificate_that_nobody_vouches_for_is_refused(asked: Village, tmp_path):
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(tmp_path))
    with served(Postbox(), tls_context=context, require_starttls=True) as box:
        with pytest.raises(SourceUnavailable, match="certificate verify failed"):
            asked.run(recipients={"m": [ADA]}, smtp=smtp(box, starttls=True))
        assert box.mails == []


def _certificate(folder: Path) -> tuple[str, str]:
    """A certificate that signed itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(NOW - timedelta(days=999)).not_valid_after(
        NOW + timedelta(days=9999)
    )
    (folder / "cert.pem").write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_a_community_that_is_not_there_is_told_after_the_others_were_sent(
    asked: Village, postbox: Postbox
):
    with pytest.raises(ConfigError, match='there is no community "malraia"'):
        asked.run(recipients={"malraia": [BEN], "m": [ADA]}, smtp=smtp(postbox))
    assert postbox.recipients == [ADA]


@pytest.mark.parametrize(
    "address", ["", "ada", "Ada <ada@x.org>", "a@b@c.org", "ada@x.org\nBcc: b@x.org"]
)
def test_a_recipient_is_one_bare_address(address: str):
    with pytest.raises(ValidationError, match="not an e-mail address"):
        Settings(recipients={"m": [address]})


def test_whoever_is_forgotten_is_not_remembered_as_a_recipient_and_gets_no_more(
    asked: Village, postbox: Postbox, caplog: pytest.LogCaptureFixture
):
    settings = {"recipients": {"m": [ADA, BEN]}, "smtp": smtp(postbox)}
    asked.run(**settings)
    with asked.rows.warehouse.begin() as connection:
        erase(connection, emails=[ADA], now=NOW)
    assert len(asked.rows.all("brief_sent")) == 1
    for later in (1, 7):
        asked.run(NOW + timedelta(days=later), **settings)
    assert sorted(postbox.recipients) == [ADA, BEN, BEN]
    assert "a***@example.org was forgotten and gets no brief" in caplog.text
    assert "ada@" not in caplog.text


def test_whoever_is_forgotten_gets_no_brief_at_a_tagged_form_of_the_address(
    asked: Village, postbox: Postbox
):
    tagged = ADA.replace("@", "+briefs@")
    with asked.rows.warehouse.begin() as connection:
        erase(connection, emails=[ADA], now=NOW)
    asked.run(recipients={"m": [tagged, BEN]}, smtp=smtp(postbox))
    assert postbox.recipients == [BEN]


def test_a_run_writes_and_mails_nothing_of_a_secret_space_unless_the_setting_says_so(
    asked: Village, postbox: Postbox
):
    asked.space("vault", visibility="secret", title="Canary vault")
    asked.person("spy", "Canary Spy")
    asked.member("spy", space="vault", days=2)

    def told() -> bool:
        written = [path.read_text("utf-8") for path in files(asked).values()]
        mailed = [
            str(part.get_content())
            for envelope in postbox.mails for part in _parsed(envelope).iter_parts()
        ]  # fmt: skip
        assert written
        assert mailed
        return any("Canary" in words for words in (*written, *mailed))

    asked.run(recipients={"m": [ADA]}, smtp=smtp(postbox))
    assert not told()
    asked.run(recipients={"m": [ADA]}, smtp=smtp(postbox), secret_spaces=True)
    assert told()
