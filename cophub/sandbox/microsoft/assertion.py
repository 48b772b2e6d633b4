"""An app's certificate, and the signed assertion by which it proves that it holds the key."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from cophub.sandbox.microsoft.refusals import Refusal

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW = 300
"""Seconds by which the caller's clock may differ."""
INVALID = "AADSTS700027: The certificate with identifier used to sign the client assertion "
UNSIGNED = "AADSTS700027: Client assertion failed signature validation. "


def encode(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """What `encode` made; ValueError for anything else."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def self_signed(name: str = "cophub sandbox", *, days: int = 365) -> str:
    """A new key and its certificate as one PEM; negative `days` give one that has expired."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=730))
        .not_valid_after(end)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + made.public_bytes(Encoding.PEM)).decode()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that an app registered."""

    pem: str
    x509: x509.Certificate

    @classmethod
    def of(cls, pem: str) -> "Certificate":
        """From PEM text, where a key may stand before the certificate."""
        start = pem.index("-----BEGIN CERTIFICATE-----")
        return cls(pem, x509.load_pem_x509_certificate(pem[start:].encode()))

    @property
    def thumbprint(self) -> str:
        """SHA-1 in hexadecimal capitals, as the portal shows it."""
        return self._sha1.hex().upper()

    @property
    def _sha1(self) -> bytes:
        return self.x509.fingerprint(SHA1())  # noqa: S303 - a name, which the vendor chose

    def signed_by(self, header: dict[str, Any]) -> bool:
        """Whether an assertion's header names this certificate, by `x5t` or `x5t#S256`."""
        named = {
            "x5t": encode(self._sha1),
            "x5t#S256": encode(self.x509.fingerprint(SHA256())),
        }
        given = [name for name in named if name in header]
        return bool(given) and all(str(header[n]).rstrip("=") == named[n] for n in given)

    def verify(self, algorithm: str, data: bytes, signature: bytes) -> None:
        """Raise InvalidSignature unless the key signed the data by RS256 or PS256."""
        key = self.x509.public_key()
        if not isinstance(key, RSAPublicKey):
            raise InvalidSignature
        if algorithm == "RS256":
            key.verify(signature, data, PKCS1v15(), SHA256())
        elif algorithm == "PS256":
            key.verify(signature, data, PSS(MGF1(SHA256()), 32), SHA256())
        else:
            raise InvalidSignature


def check(text: str, certificates: list[Certificate], client: str, audiences: set[str]) -> None:
    """Raise the refusal of an assertion that does not prove who the app is."""
    try:
        head, body, signature = text.split(".")
        header, claims = json.loads(decode(head)), json.loads(decode(body))
    except ValueError:
        raise _invalid("AADSTS50027: JWT token is invalid or malformed.") from None
    known = next((each for each in certificates if each.signed_by(header)), None)
    if known is None:
        words = f"is not registered on application. Please register it. App '{client}'."
        raise _invalid(INVALID + words)
    try:
        known.verify(str(header.get("alg")), f"{head}.{body}".encode(), decode(signature))
    except (InvalidSignature, ValueError):
        reason = "[Reason - The provided signature value did not match the expected signature"
        raise _invalid(f"{UNSIGNED}{reason} value., Thumbprint {known.thumbprint}]") from None
    if known.x509.not_valid_after_utc < datetime.now(UTC):
        raise _invalid(
            f"{UNSIGNED}[Reason - The key used is expired., Thumbprint {known.thumbprint}]"
        )
    _claims(claims, client, audiences)


def _claims(claims: dict[str, Any], client: str, audiences: set[str]) -> None:
    if claims.get("aud") not in audiences:
        raise _invalid("AADSTS700023: Client assertion audience claim does not match Realm issuer.")
    if claims.get("iss") != client or claims.get("sub") != client:
        raise _invalid("AADSTS700021: Client assertion application identifier doesn't match.")
    now = time.time()  # assertions are dated by the caller's own clock, not by the sandbox's
    if not float(claims.get("nbf", 0)) - SKEW <= now <= float(claims.get("exp", 0)) + SKEW:
        raise _invalid("AADSTS700024: Client assertion is not within its valid time range.")


def _invalid(message: str) -> Refusal:
    return Refusal(401, "invalid_client", message)
