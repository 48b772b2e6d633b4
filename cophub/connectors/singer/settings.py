"""What plugins.toml says about one tap."""

import shlex
import zlib
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from cophub.connectors.mapping import Mapping, RecordName
from cophub.connectors.settings import Host, origin_of


def _words(value: Any) -> Any:
    """A command as its words; it is never given to a shell."""
    return shlex.split(value) if isinstance(value, str) else value


class StreamMapping(Mapping):
    """One stream of the tap: what its records are, and which column holds what."""

    record: RecordName = Field(
        description="What a record of the stream is: `membership`, `attendance`, `post` or any"
        " other that a row of [files](files.md) may be."
    )
    columns: dict[str, str] = Field(
        description='Which column holds what, such as `{ name = "full_name" }`.'
    )
    absent: Literal["gone", "stays"] | None = Field(
        None,
        description="`gone` where the tap gives the whole table in each run, so that who is not in"
        " it has left; left out, as the tap says by ACTIVATE_VERSION.",
    )
    deleted: str = Field(
        "_sdc_deleted_at",
        description="The column that is filled when a record was deleted.",
    )


class Settings(BaseModel):
    """One tap: how it is started, and what its streams become."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    command: Annotated[list[str], BeforeValidator(_words)] = Field(
        min_length=1,
        description="The tap's program with its options, as a text or a list, such as"
        " `tap-github`. No shell is used.",
    )
    venv: str | None = Field(
        None,
        description="The folder of the virtual environment in which the tap is installed.",
        json_schema_extra={"format": "path"},
    )
    config: dict[str, Any] = Field(
        default_factory=dict,
        description="The tap's own configuration, as its page describes it. Secrets as"
        ' `{ env = "NAME" }`.',
    )
    catalog: str | None = Field(
        None,
        description="A catalog on disk; left out, the tap is asked for one, and the streams below"
        " are selected in it.",
        json_schema_extra={"format": "path"},
    )
    streams: dict[str, StreamMapping] = Field(
        default_factory=dict,
        description="By the tap's name for a stream: what its records are. `cophub discover"
        " SOURCE` prints a guess to paste.",
    )
    catalog_option: Literal["--catalog", "--properties"] = Field(
        "--catalog", description="How the tap takes its catalog; old ones say `--properties`."
    )
    environment: dict[str, str] = Field(
        default_factory=dict,
        description="Environment variables for the tap. Of cophub's own it gets those that say"
        " where programs, homes, proxies and certificates are.",
    )
    base_url: Host | None = Field(
        None,
        description="Scheme and host to put in place of those of every address in `config`: a proxy"
        " or a test server.",
    )
    silence_seconds: float = Field(
        1800, gt=0, description="A tap that writes nothing for so long is ended."
    )

    @field_validator("command")
    @classmethod
    def _names_a_program(cls, value: list[str]) -> list[str]:
        if not value[0].strip():
            raise ValueError("the command names no program")
        return value

    def given_config(self) -> Any:
        """The configuration as the tap gets it."""
        if self.base_url is None:
            return self.config
        return _elsewhere(self.config, origin_of(self.base_url))

    def checksum(self) -> int:
        """Of what decides which records come: when it changes, the tap starts anew."""
        told = {name: one.reading() for name, one in sorted(self.streams.items())}
        return zlib.crc32(msgspec.json.encode([self.command, told], order="deterministic"))


def _elsewhere(value: Any, base_url: str) -> Any:
    """The same values, each address on another host."""
    if isinstance(value, dict):
        return {key: _elsewhere(one, base_url) for key, one in value.items()}
    if isinstance(value, list):
        return [_elsewhere(one, base_url) for one in value]
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        parts = urlsplit(value)
        return f"{base_url}{value[len(f'{parts.scheme}://{parts.netloc}') :]}"
    return value
