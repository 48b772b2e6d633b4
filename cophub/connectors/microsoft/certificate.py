"""A certificate and its private key, from PEM or PFX, checked before Entra ID sees them."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

from cophub import ConfigError

_BEGIN = "-----BEGIN "


@dataclass(frozen=True)
class Certificate:
    """What signs a request for a token."""

    private_key: str
    """PEM, not encrypted; it never leaves the process."""
    public: str
    """PEM of the certificate alone."""
    thumbprint: str
    """SHA-1 in capital hex, as Entra ID shows it beside the uploaded certificate."""
    starts_at: datetime
    ends_at: datetime

    def __repr__(self) -> str:
        return f"Certificate(thumbprint={self.thumbprint!r}, ends_at={self.ends_at:%Y-%m-%d})"


def load_certificate(given: str, password: str | None = None) -> Certificate:
    """The certificate and key in `given`: a path to a PEM or PFX file, or the PEM text itself.

    Raises ConfigError with what is wrong: no such file, a part missing, a wrong or missing
    password, a key of another certificate, a kind of key that Entra ID does not take.
    """
    text = given.replace("\\n", "\n") if _BEGIN in given else None
    if text is not None:
        return _from_pem(text.encode(), password, "certificate")
    path = Path(given).expanduser()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"certificate {given!r} cannot be read ({os.strerror(error.errno or 0)}); give the path"
            " of a .pem or .pfx file, or the PEM text itself"
        ) from None
    where = f"certificate {given!r}"
    if _BEGIN.encode() in content:
        return _from_pem(content, password, where)
    return _from_pfx(content, password, where)


def _from_pem(content: bytes, password: str | None, where: str) -> Certificate:
    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError:
        found = []
    if b"PRIVATE KEY-----" not in content:
        raise ConfigError(
            f"{where} has no private key; put the key and the certificate into one PEM file"
        )
    if not found:
        raise ConfigError(
            f"{where} holds no readable certificate beside its key; add the part from BEGIN"
            " CERTIFICATE to END CERTIFICATE, with nothing in between"
        )
    encrypted = b"ENCRYPTED" in content
    if encrypted and not password:
        raise ConfigError(
            f"the private key of {where} is encrypted; set certificate_password, or write the key"
            " without a password: openssl pkey -in key.pem -out plain.pem"
        )
    try:
        key = load_pem_private_key(content, password.encode() if encrypted and password else None)
    except (ValueError, TypeError) as error:
        if encrypted:
            raise ConfigError(
                f"certificate_password does not open the private key of {where}; check it"
            ) from None
        raise ConfigError(
            f"the private key of {where} is not readable PEM; export it again"
        ) from error
    return _made(key, found, where)


def _from_pfx(content: bytes, password: str | None, where: str) -> Certificate:
    try:
        key, leaf, more = pkcs12.load_key_and_certificates(
            content, password.encode() if password else None
        )
    except ValueError as error:
        if "password" in str(error).lower():
            reason = "certificate_password does not open" if password else "needs a password:"
            fix = "check it" if password else "set certificate_password"
            message = f"{reason} {where}; {fix}" if password else f"{where} {reason} {fix}"
            raise ConfigError(message) from None
        raise ConfigError(
            f"{where} is neither PEM nor PFX; export the certificate with its private key"
        ) from None
    if key is None or leaf is None:
        raise ConfigError(
            f"{where} holds no private key; export it again, with the private key included"
        )
    return _made(key, [leaf, *more], where)


def _made(key: object, found: list[x509.Certificate], where: str) -> Certificate:
    """The certificate among `found` that belongs to `key`."""
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigError(
            f"the private key of {where} is not RSA, which is what Entra ID takes; make one with"
            " openssl req -x509 -newkey rsa:2048"
        )
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for one in found:
        theirs = one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if theirs == public:
            return Certificate(
                private_key=key.private_bytes(
                    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
                ).decode(),
                public=one.public_bytes(Encoding.PEM).decode(),
                thumbprint=one.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - its name
                starts_at=one.not_valid_before_utc,
                ends_at=one.not_valid_after_utc,
            )
    raise ConfigError(
        f"the private key of {where} belongs to another certificate; put the two that were made"
        " together into one file"
    )
