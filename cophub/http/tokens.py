"""Tokens that a vendor renews: kept between runs, encrypted, written before they are used."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cophub.error_codes import SEALED
from cophub.errors import ConfigError
from cophub.http.secrets import remember_secret

KEY_VARIABLE = "COPHUB_KEY"
_SERVICE = "cophub"


class TokenStore(Protocol):
    """Where a connector keeps a token that changes; names are its own choice."""

    def get(self, name: str) -> str | None:
        """The token, or None when there is none yet."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep the token; it is safe when this returns."""
        ...


class MemoryTokens:
    """Tokens that last as long as the process."""

    def __init__(self, **tokens: str) -> None:
        self._tokens = dict(tokens)
        for token in tokens.values():
            remember_secret(token)

    def get(self, name: str) -> str | None:
        """The token, or None."""
        return self._tokens.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep the token."""
        remember_secret(value)
        self._tokens[name] = value


class FileTokens:
    """One encrypted file per token in a folder that only its owner may enter.

    The key is a phrase of at least 16 letters in the environment variable COPHUB_KEY, or else one
    that is made once and kept in the system's keyring. Raises ConfigError where there is neither,
    and where a file was written with another key.
    """

    def __init__(self, folder: str | os.PathLike[str], key: str | None = None) -> None:
        self._folder = Path(folder)
        self._given = key

    def get(self, name: str) -> str | None:
        """The token, or None when none was kept."""
        try:
            sealed = self._file(name).read_bytes()
        except FileNotFoundError:
            return None
        token = unsealed(sealed, self._phrase())
        if token is None:
            raise ConfigError(
                f"token {name!r} in {self._folder} cannot be read with this {KEY_VARIABLE}; set the"
                " key that it was written with, or delete the file and sign in again",
                code=SEALED,
            )
        return token

    def set(self, name: str, value: str) -> None:
        """Keep the token; the old one is there until the new one is safe on the disk."""
        content = sealed(value, self._phrase())
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._file(name)
        beside = target.with_name(f"{target.name}.{os.getpid()}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)

    def forget(self, name: str) -> None:
        """Keep a token no longer."""
        self._file(name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """The tokens that are kept."""
        return sorted(path.stem for path in self._folder.glob("*.token"))

    def kept_at(self, name: str) -> datetime:
        """When a token was kept last."""
        return datetime.fromtimestamp(self._file(name).stat().st_mtime, UTC)

    def require_key(self) -> None:
        """Raises ConfigError where a token could not be kept, before anybody makes one."""
        self._phrase()

    def _file(self, name: str) -> Path:
        return self._folder / f"{re.sub(r'[^A-Za-z0-9._-]', '_', name)}.token"

    def _phrase(self) -> str:
        phrase = self._given or os.environ.get(KEY_VARIABLE) or _from_keyring()
        if not phrase:
            raise ConfigError(
                "sign-ins are kept encrypted, and there is no key for them; set"
                f" {KEY_VARIABLE} to a long random phrase, the same in every run"
                f' (export {KEY_VARIABLE}="..."), or install keyring',
                code=SEALED,
            )
        return long_enough(phrase)


def long_enough(phrase: str) -> str:
    """The phrase. Raises ConfigError where it is too short to be a key."""
    if len(phrase) < 16:
        raise ConfigError(f"{KEY_VARIABLE} is too short; give at least 16 letters", code=SEALED)
    return phrase


def sealed(token: str, phrase: str) -> bytes:
    """The token encrypted with a phrase, and the salt that went into it: two lines of ASCII."""
    from cryptography.fernet import Fernet

    remember_secret(token)
    salt = os.urandom(16)
    return salt.hex().encode() + b"\n" + Fernet(_key(phrase, salt)).encrypt(token.encode())


def unsealed(content: bytes, phrase: str) -> str | None:
    """The token; None where it was sealed with another phrase, or is damaged."""
    from cryptography.fernet import Fernet, InvalidToken

    salt, _, inner = content.partition(b"\n")
    try:
        token = Fernet(_key(phrase, bytes.fromhex(salt.decode("ascii")))).decrypt(inner).decode()
    except (InvalidToken, ValueError):
        return None
    remember_secret(token)
    return token


def _key(phrase: str, salt: bytes) -> bytes:
    import base64
    from hashlib import scrypt

    made = scrypt(phrase.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return base64.urlsafe_b64encode(made)


def _from_keyring() -> str | None:
    """The key in the system's keyring, made on first use; None where there is no keyring."""
    import secrets

    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found = keyring.get_password(_SERVICE, "key")
        if not found:
            found = secrets.token_urlsafe(32)
            keyring.set_password(_SERVICE, "key", found)
    except KeyringError:
        return None
    return str(found)
