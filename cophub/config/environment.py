"""Values that are kept outside of plugins.toml: in the environment, in a file, in the keyring.

`{env = "NAME"}`, `{file = "path"}` and `{keyring = "service/user"}` may stand for any value.
"""

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cophub.error_codes import SECRET_AWAY, SECRET_OPEN, VARIABLE_NOT_SET

_LARGEST = 1 << 16
"""Bytes of a file that holds one value; a certificate with its chain has some 10,000."""


class NotThereError(Exception):
    """A value is not where plugins.toml says: what is wrong with the next step, and the code."""

    def __init__(self, said: str, code: str) -> None:
        super().__init__(said)
        self.code = code


Failed = Callable[[tuple[str | int, ...], NotThereError], Exception]


@dataclass(frozen=True)
class Elsewhere(ABC):
    """Stands for a value until a command needs it."""

    name: str

    @abstractmethod
    def value(self, folder: Path) -> str:
        """The value; `folder` is that of plugins.toml. Raises NotThereError."""


class FromEnvironment(Elsewhere):
    """`{env = "NAME"}`."""

    def value(self, folder: Path) -> str:
        """The variable's value; one that is empty is not set."""
        if found := os.environ.get(self.name):
            return found
        state = "is empty" if self.name in os.environ else "is not set"
        raise NotThereError(
            f"the environment variable {self.name} {state}; set it before you start cophub, for"
            f" instance: export {self.name}=...",
            VARIABLE_NOT_SET,
        )


class FromFile(Elsewhere):
    """`{file = "path"}`: a file that is ours and that nobody else may read."""

    def value(self, folder: Path) -> str:
        """What the file holds, without the line feed at its end."""
        path = folder / self.name
        try:
            path = folder / Path(self.name).expanduser()
            # A pipe would wait for somebody to write into it.
            number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except (OSError, RuntimeError, ValueError) as error:  # nobody's ~, or no name of a file
            why = getattr(error, "strerror", None) or error
            raise NotThereError(
                f"{path} cannot be read ({why}); write the value into it, readable by you alone",
                SECRET_AWAY,
            ) from None
        try:
            # Asked of the open file: at the path there may be another one by now.
            _refuse_unsafe(path, os.fstat(number))
            content = os.read(number, _LARGEST + 1)
        finally:
            os.close(number)
        return _one_value(path, content)


class FromKeyring(Elsewhere):
    """`{keyring = "service/user"}`: an entry of the system's keyring."""

    def value(self, folder: Path) -> str:
        """The password that the keyring keeps for the user of the service."""
        service, _, user = self.name.rpartition("/")
        if not service or not user:
            raise NotThereError(f'"{self.name}" is not "service/user"; write it so', SECRET_AWAY)
        try:
            import keyring
            from keyring.errors import KeyringError, NoKeyringError
        except ImportError:
            raise NotThereError(
                "the keyring is read by the Python package keyring, which is not installed here;"
                " pip install 'cophub[keyring]'",
                SECRET_AWAY,
            ) from None
        try:
            found = keyring.get_password(service, user)
        except NoKeyringError:
            raise NotThereError(
                "this machine has no keyring, as servers mostly have none; keep the value in"
                ' { env = "NAME" } or { file = "path" }',
                SECRET_AWAY,
            ) from None
        except KeyringError as error:
            raise NotThereError(
                f"the keyring cannot be read ({type(error).__name__}); unlock it, or keep the value"
                ' in { env = "NAME" } or { file = "path" }',
                SECRET_AWAY,
            ) from None
        if found:
            return str(found)
        raise NotThereError(
            f"the keyring has nothing for {user} of {service}; keyring set '{service}' '{user}'",
            SECRET_AWAY,
        )


_KINDS: dict[str, type[Elsewhere]] = {
    "env": FromEnvironment, "file": FromFile, "keyring": FromKeyring,
}  # fmt: skip


def marked(value: Any, key: str | int = "") -> Any:
    """The same values with every `{env = "NAME"}` and the like as an `Elsewhere`."""
    if isinstance(value, dict):
        kind, name = next(iter(value.items())) if len(value) == 1 else ("", None)
        # `settings = { file = "members.csv" }` is a table with a setting that is called so.
        if kind in _KINDS and isinstance(name, str) and (kind == "env" or key != "settings"):
            return _KINDS[kind](name)
        return {key: marked(inner, key) for key, inner in value.items()}
    return [marked(inner) for inner in value] if isinstance(value, list) else value


def unmarked(value: Any) -> Any:
    """The table that a setting is where it takes tables, such as `columns = { file = "Name" }`."""
    if isinstance(value, FromFile | FromKeyring):
        return {"file" if isinstance(value, FromFile) else "keyring": value.name}
    return value


def resolved(value: Any, folder: Path, failed: Failed, path: tuple[str | int, ...] = ()) -> Any:
    """The values with those that are kept elsewhere in their place.

    Raises `failed(path, why)` for one that is not there.
    """
    if isinstance(value, Elsewhere):
        try:
            return value.value(folder)
        except NotThereError as why:
            raise failed(path, why) from None
    if isinstance(value, dict):
        return {key: resolved(inner, folder, failed, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [
            resolved(inner, folder, failed, (*path, place)) for place, inner in enumerate(value)
        ]
    return value


def others_may_read(found: os.stat_result) -> bool:
    """Whether the mode of a file lets others than its owner read or change it."""
    return os.name == "posix" and bool(stat.S_IMODE(found.st_mode) & 0o077)


def _refuse_unsafe(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotThereError(f"{path} is no file; name the file that holds the value", SECRET_AWAY)
    if os.name == "posix" and found.st_uid != os.geteuid():
        raise NotThereError(
            f"{path} belongs to another user, who may change it; make it yours:"
            f" chown {os.geteuid()} {path}",
            SECRET_OPEN,
        )
    if others_may_read(found):
        raise NotThereError(
            f"other users of this machine may read or change {path}; chmod 600 {path}", SECRET_OPEN
        )


def _one_value(path: Path, content: bytes) -> str:
    if len(content) > _LARGEST:
        raise NotThereError(f"{path} is too large for one value; name another file", SECRET_AWAY)
    try:
        text = content.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise NotThereError(f"{path} is not UTF-8 text; save it as UTF-8", SECRET_AWAY) from None
    if not text:
        raise NotThereError(f"{path} is empty; write the value into it", SECRET_AWAY)
    return text


__all__ = [
    "Elsewhere", "FromEnvironment", "FromFile", "FromKeyring", "NotThereError", "marked",
    "others_may_read", "resolved", "unmarked",
]  # fmt: skip
