"""plugins.toml as plain values, or the line where it stops being TOML."""

import re
import tomllib
from pathlib import Path
from typing import Any

from cophub.error_codes import NO_CONFIG, NOT_TOML
from cophub.errors import ConfigError


def shown(path: Path) -> str:
    """A path as a person writes it: below the working folder without that folder."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def read(path: Path) -> dict[str, Any]:
    """The file's values. Raises ConfigError with the line that is wrong."""
    name = shown(path)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{name}: there is no such file; `cophub init` writes one, --config names another",
            code=NO_CONFIG,
        ) from None
    except IsADirectoryError:
        raise ConfigError(
            f"{name} is a folder; name the file in it with --config", code=NO_CONFIG
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{name} cannot be read ({error.strerror}); see who may read it", code=NO_CONFIG
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{name}: line {line} is not UTF-8; save the file as UTF-8", code=NOT_TOML
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: {_bad_toml(str(error))}", code=NOT_TOML) from None


def _bad_toml(message: str) -> str:
    """Where TOML stops being TOML, line first, and what to do about it."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message)
    if not match:
        return f"is not TOML: {message}; put it right there"
    what, line, column = match[1], match[2], match[3]
    where = f"line {line}, column {column}" if line else "the end of the file"
    if "declare" in what or "overwrite" in what:
        return f"{where}: {what}: it is there twice; keep one of the two"
    if "Unescaped" in what or "hex value" in what:
        fix = "write / for \\ in paths, or put the text between single quotes"
        return f"{where} is not TOML: a \\ has a meaning of its own there; {fix}"
    return f"{where} is not TOML: {what}; put quotes around text and check the brackets there"
