"""A certificate that cannot be used is told from every other one that cannot, before it is sent."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from cophub import ConfigError
from cophub.connectors.microsoft.certificate import load_certificate
from cophub.sandbox.microsoft.assertion import self_signed

CERTIFICATE = "-----BEGIN CERTIFICATE-----"


@pytest.fixture(scope="module")
def pem():
    """A key and its certificate."""
    return self_signed("cophub")


def parts(pem):
    key, certificate = pem.split(CERTIFICATE)
    return key, CERTIFICATE + certificate


def with_password(pem, password):
    """The same with its key encrypted."""
    key, certificate = parts(pem)
    secret = load_pem_private_key(key.encode(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    return secret.decode() + certificate


def pfx(pem, password=b"pass phrase", *, key=True):
    private, certificate = parts(pem)
    return pkcs12.serialize_key_and_certificates(
        b"cophub",
        load_pem_private_key(private.encode(), None) if key else None,
        x509.load_pem_x509_certificate(certificate.encode()),
        None,
        BestAvailableEncryption(password) if password else NoEncryption(),
    )


def refused(given, password=None):
    with pytest.raises(ConfigError) as failure:
        load_certificate(str(given), password)
    assert "\n" not in str(failure.value) and "PRIVATE KEY-----" not in str(failure.value)
    return str(failure.value)


def test_pem_text_pem_file_and_pfx_file_are_the_same_certificate(pem, tmp_path):
    (tmp_path / "app.pem").write_text(pem)
    (tmp_path / "app.pfx").write_bytes(pfx(pem))
    (tmp_path / "open.pfx").write_bytes(pfx(pem, None))
    text = load_certificate(pem)
    one_line = pem.replace("\n", "\\n")  # as environment variables often hold it
    assert len(text.thumbprint) == 40 and text.thumbprint == text.thumbprint.upper()
    assert text.starts_at < datetime.now(UTC) < text.ends_at
    others = [
        load_certificate(str(tmp_path / "app.pem")),
        load_certificate(str(tmp_path / "app.pfx"), "pass phrase"),
        load_certificate(str(tmp_path / "open.pfx")),
        load_certificate(one_line),
        load_certificate(with_password(pem, b"word"), "word"),
    ]
    assert all(other == text for other in others)


def test_stray_text_and_other_certificates_around_the_right_one_do_no_harm(pem):
    """Exports often carry bag attributes and the chain, in any order."""
    key, certificate = parts(pem)
    other = parts(self_signed("the authority"))[1]
    noisy = f"Bag Attributes\n  localKeyID: 01\n{other}subject=CN = x\n{certificate}\n{key}"
    assert load_certificate(noisy).thumbprint == load_certificate(pem).thumbprint


def test_a_representation_shows_no_key(pem):
    shown = repr(load_certificate(pem))
    assert "PRIVATE" not in shown and load_certificate(pem).thumbprint in shown


def test_each_thing_that_is_wrong_has_its_own_words(pem, tmp_path):
    key, certificate = parts(pem)
    encrypted = with_password(pem, b"right")
    assert "cannot be read (No such file or directory)" in refused(tmp_path / "no.pem")
    assert "has no private key" in refused(certificate)
    assert "no readable certificate beside its key" in refused(key)
    assert "no readable certificate" in refused(key + certificate[:200] + "\n")
    assert "is encrypted; set certificate_password" in refused(encrypted)
    assert "does not open the private key" in refused(encrypted, "wrong")
    assert "belongs to another certificate" in refused(key + parts(self_signed("other"))[1])
    broken = key.replace(key[100:140], "")
    assert "is not readable PEM" in refused(broken + certificate)


def test_a_pfx_that_does_not_open_says_why(pem, tmp_path):
    file = tmp_path / "app.pfx"
    file.write_bytes(pfx(pem))
    assert "needs a password: set certificate_password" in refused(file)
    assert "certificate_password does not open" in refused(file, "wrong")
    file.write_bytes(pfx(pem, key=False))
    assert "holds no private key" in refused(file, "pass phrase")
    file.write_bytes(b"hello")
    assert "neither PEM nor PFX" in refused(file)


def test_a_key_that_entra_does_not_take_is_refused_here(pem):
    key = ec.generate_private_key(ec.SECP256R1())
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert "is not RSA" in refused(plain + parts(pem)[1])
