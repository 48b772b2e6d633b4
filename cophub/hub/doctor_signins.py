"""When sign-ins, certificates and keys that sources have can no longer be used."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr

from cophub.errors import ConfigError, CophubError, WarehouseError
from cophub.http import FileTokens
from cophub.hub.answers import Finding
from cophub.warehouse.token_store import TableTokens

if TYPE_CHECKING:
    from cophub.hub import Hub

_SOON = timedelta(days=30)
_PEM = "-----BEGIN CERTIFICATE-----"
_ENDINGS = (".pem", ".pfx", ".p12", ".crt", ".cer")
_JWT = re.compile(r"eyJ[\w-]+\.([\w-]+)\.[\w-]*")


def signins(hub: "Hub") -> Iterator[Finding]:
    """A line for each token that is kept, and each setting that says when it runs out."""
    for name in hub.config.sources:
        yield from _tokens(hub, name)
        try:
            settings = hub.spec(name).settings
        except ConfigError:
            continue  # told with the other settings
        yield from _settings(name, settings, hub.now())


def _tokens(hub: "Hub", source: str) -> Iterator[Finding]:
    store = hub.tokens(source)
    if not isinstance(store, FileTokens | TableTokens):
        return
    try:
        names = store.names()
    except WarehouseError:
        return  # told with the warehouse
    for token in names:
        try:
            store.get(token)
        except CophubError as error:
            yield Finding(f"sign-in {source}", "failed", str(error), f"cophub sign-in {source}")
        else:
            kept = store.kept_at(token)
            yield Finding(f"sign-in {source}", "ok", f"{token}, kept {kept:%Y-%m-%d}")


def _settings(source: str, settings: BaseModel, now: datetime) -> Iterator[Finding]:
    for field in type(settings).model_fields:
        value = _plain(getattr(settings, field))
        password = _plain(getattr(settings, f"{field}_password", None))
        if not value or not (ends := _certificate(value, password) or _jwt(value)):
            continue
        subject, said = f"sign-in {source}", f"{field} runs out on {ends:%Y-%m-%d}"
        if ends <= now:
            said = f"{field} has run out on {ends:%Y-%m-%d}"
            yield Finding(subject, "failed", said, f"let its owner renew it; {field} in settings")
        elif ends - now < _SOON:
            yield Finding(subject, "warning", said, f"let its owner renew it; {field} in settings")
        else:
            yield Finding(subject, "ok", said)


def _plain(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value) if isinstance(value, str | Path) else ""


def _certificate(value: str, password: str) -> datetime | None:
    """When the first of the certificates ends; None where there is none that can be read."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        if _PEM in value:
            content = value.replace("\\n", "\n").encode()
        elif value.lower().endswith(_ENDINGS):
            content = Path(value).expanduser().read_bytes()
        else:
            return None
        if _PEM.encode() in content:
            found = x509.load_pem_x509_certificates(content)
        else:
            kept = pkcs12.load_pkcs12(content, password.encode() or None).cert
            found = [kept.certificate] if kept else []
    except (OSError, ValueError):
        return None  # what is wrong with it, the vendor's check tells
    return min((each.not_valid_after_utc for each in found), default=None)


def _jwt(value: str) -> datetime | None:
    """When a JSON Web Token ends, by its own words. Source: RFC 7519, 4.1.4."""
    if not (match := _JWT.fullmatch(value)):
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
        return datetime.fromtimestamp(said["exp"], UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


__all__ = ["signins"]
