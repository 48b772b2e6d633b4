"""Syncs whose answers are kept in a folder, and the same answers played into an empty warehouse."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, select

from cophub import __version__
from cophub.error_codes import ASKED, UNKNOWN_NAME, VALUE
from cophub.errors import ConfigError, WarehouseError
from cophub.http import (
    MemoryTokens,
    Recorder,
    Replayer,
    TokenStore,
    Transport,
    is_secret_name,
    redact,
)
from cophub.hub.disguising import Disguise
from cophub.sync.engine import SyncEngine, Wish
from cophub.sync.results import SourceSpec
from cophub.warehouse import Warehouse, carrying
from cophub.warehouse import tables as t

if TYPE_CHECKING:
    from threading import Event

    from cophub.hub import Hub
    from cophub.hub.answers import NotStarted
    from cophub.sync.results import RunResult, Watcher

_log = logging.getLogger("cophub.hub")
INDEX = "recording.json"
STAND_IN = "recorded_without_secrets"
"""What stands where a secret was; nothing is asked with it."""
_DATA_CENTRE = re.compile(r"-[a-z]{2,3}\d{1,3}$")
"""The end of a key that says where the vendor keeps the account, and is no secret."""


@dataclass(frozen=True)
class Recorded:
    """One source in a recording: all that a replay needs besides the answers."""

    name: str
    connector: str
    settings: dict[str, Any]
    streams: tuple[str, ...] | None
    """Those that were read; None for all."""
    bodies: str | int
    tokens: dict[str, str]
    """What stands for the tokens of somebody who had signed in, by name."""
    run: int
    started_at: datetime
    state: str


@dataclass
class Recording:
    """The index of a folder of recorded answers."""

    made_by: str
    sources: list[Recorded] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> "Recording":
        """The index of a folder. Raises ConfigError where it is none of a recording."""
        try:
            return msgspec.json.decode((folder / INDEX).read_bytes(), type=cls)
        except FileNotFoundError:
            raise ConfigError(
                f"{folder} holds no recording: {INDEX} is missing; name the folder that was given"
                " to `cophub sync --record`",
                code=ASKED,
            ) from None
        except msgspec.MsgspecError as error:
            raise ConfigError(
                f"{folder / INDEX} is not as it was written ({error}); record again",
                code=ASKED,
            ) from None

    def write(self, folder: Path) -> None:
        """Put the index into the folder, whole or not at all."""
        new = folder / f".{INDEX}"
        new.write_bytes(msgspec.json.format(msgspec.json.encode(asdict(self)), indent=1))
        new.chmod(0o600)
        new.replace(folder / INDEX)


def record(
    hub: "Hub",
    names: Sequence[str],
    folder: Path,
    *,
    streams: Sequence[str] = (),
    accept_departures: bool = False,
    trust_clock: bool = False,
    without_people: bool = False,
    watch: "Watcher | None" = None,
    stop: "Event | None" = None,
) -> "Iterator[RunResult | NotStarted]":
    """Sync sources whole, and keep what vendors answer in a new folder that only its owner opens.

    Credentials are taken out before anything is written; `without_people` takes out names and
    addresses once a source has been read. Raises ConfigError: the folder is not
    empty or cannot be made, no such source or stream.
    """
    from cophub.hub import syncing

    wish = Wish(tuple(streams) or None, True, accept_departures, anew=True, trust_clock=trust_clock)
    found = syncing.wished(hub, names, wish)
    _make_folder(folder)
    yield from found.broken
    disguise = Disguise()
    recording, specs = Recording(__version__), {spec.name: spec for spec in found.specs}
    make = hub.transport or _transport

    def recorded(spec: SourceSpec) -> Transport:
        transport = make(spec)
        transport.keep_in(Recorder(folder / spec.name))
        return transport

    engine = syncing.engine(hub, watch, stop)
    tokens = {name: _Noted(hub.tokens(name)) for name in specs}
    engine.transport, engine.tokens = recorded, tokens.__getitem__
    for result in engine.sync(found.specs, wish):
        if result.run:
            spec, there = specs[result.source], tokens[result.source].found
            one = _recorded(spec, wish.streams, there, result)
            if without_people:
                one = _without_people(hub, folder, one, disguise)
            recording.sources.append(one)
            recording.sources.sort(key=lambda one: one.run)
            recording.write(folder)
        yield result


def replay(
    hub: "Hub",
    folder: Path,
    into: str | None = None,
    *,
    watch: "Watcher | None" = None,
    stop: "Event | None" = None,
) -> "Iterator[RunResult]":
    """Play a recording into an empty warehouse; by default that of plugins.toml.

    No vendor is asked, and the clock is that of the recording. Whoever was erased from the
    warehouse of plugins.toml stays out. Raises ConfigError for what is no recording, a connector
    that is not here; WarehouseError where the warehouse is not empty.
    """
    recording = Recording.read(folder)
    specs = {one.name: _spec(hub, folder, one) for one in recording.sources}
    warehouse = _target(hub, into)
    try:
        with warehouse.begin() as connection:
            _refuse_filled(connection, warehouse)
            if warehouse is not hub.warehouse:
                _keep_erased_out(hub, connection)
        for one in recording.sources:
            engine = SyncEngine(
                warehouse, now=_clock(one.started_at), watch=watch, stop=stop,
                tokens=_stand_ins(one), transport=_player(folder),
            )  # fmt: skip
            result = engine.sync_one(specs[one.name], Wish(one.streams, trust_clock=True))
            if result:
                yield result
    finally:
        if warehouse is not hub.warehouse:
            warehouse.dispose()


def _transport(spec: SourceSpec) -> Transport:
    return Transport(spec.connector.limits)


def _clock(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def _stand_ins(one: Recorded) -> Callable[[str], TokenStore]:
    return lambda _: MemoryTokens(**one.tokens)


def _player(folder: Path) -> Callable[[SourceSpec], Transport]:
    def play(spec: SourceSpec) -> Transport:
        archive = Replayer(folder / spec.name)
        return Transport(spec.connector.limits, archive=archive, sleep=lambda seconds: None)

    return play


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigError(
                f"{folder} is not empty; name a new folder for the recording", code=ASKED
            )
        folder.chmod(0o700)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be used for a recording ({error.strerror}); name another folder",
            code=ASKED,
        ) from None


def _recorded(
    spec: SourceSpec,
    streams: tuple[str, ...] | None,
    tokens: dict[str, str],
    result: "RunResult",
) -> Recorded:
    given = spec.settings.model_dump(exclude_unset=True, by_alias=True)
    settings = _without_secrets(to_jsonable_python(_standing_in(given)))
    names = tuple(stream.name for stream in spec.chosen(streams))
    return Recorded(
        spec.name, spec.connector.name, settings, names, spec.bodies, tokens,
        result.run, result.started_at, result.state,
    )  # fmt: skip


def _without_people(hub: "Hub", folder: Path, one: Recorded, disguise: Disguise) -> Recorded:
    with hub.warehouse.connect() as connection:
        disguise.learn(connection, one.name)
    if left_out := disguise.files(folder / one.name):
        _log.warning(
            "%s: %s answers are no text, so that nobody can be taken out of them: they are not in"
            " the recording, and streams that need them fail in a replay", one.name, left_out,
        )  # fmt: skip
    return replace(one, settings=disguise.value(one.settings))


def _standing_in(value: Any) -> Any:
    """The settings with a stand-in for each secret; of the same shape where a shape is needed."""
    if isinstance(value, SecretStr):
        centre = _DATA_CENTRE.search(value.get_secret_value())
        return STAND_IN + (centre[0] if centre else "")
    if isinstance(value, Mapping):
        return {key: _standing_in(inner) for key, inner in value.items()}
    return list(map(_standing_in, value)) if isinstance(value, list | tuple) else value


def _without_secrets(value: Any) -> Any:
    """The same for secrets that no model tells of: by their names, and those that are known."""
    if isinstance(value, dict):
        return {
            key: STAND_IN
            if is_secret_name(key) and isinstance(inner, str) and not inner.startswith(STAND_IN)
            else _without_secrets(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    # Whoever replayed before has made the stand-in itself a known secret.
    is_stand_in = isinstance(value, str) and value.startswith(STAND_IN)
    return value if is_stand_in else redact(value)


class _Noted:
    """The tokens of a source, and which of them were there, each in its shape."""

    def __init__(self, tokens: TokenStore) -> None:
        self._tokens = tokens
        self.found: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """The token, or None."""
        token = self._tokens.get(name)
        if token is not None:
            self.found.setdefault(name, _token_like(token))
        return token

    def set(self, name: str, value: str) -> None:
        """Keep the token."""
        self._tokens.set(name, value)


def _token_like(token: str) -> str:
    try:
        parts = msgspec.json.decode(token, type=dict[str, Any])
    except msgspec.MsgspecError:
        return STAND_IN
    return msgspec.json.encode(dict.fromkeys(parts, STAND_IN)).decode()


def _spec(hub: "Hub", folder: Path, one: Recorded) -> SourceSpec:
    connector = hub.plugins.connectors.get(one.connector)
    if connector is None:
        raise ConfigError(
            f'{folder / INDEX}: source "{one.name}" is of the connector "{one.connector}", which is'
            " not here; install the plugin that brings it",
            code=UNKNOWN_NAME,
        )
    bodies: Any = one.bodies
    if one.name in hub.config.sources:
        bodies = hub.config.sources[one.name].bodies  # who keeps less since wants less
    settings = _settings(connector.settings, folder, one)
    return SourceSpec(one.name, connector, settings, None, bodies, hub.config.retention.kept)


def _settings(model: type[BaseModel], folder: Path, one: Recorded) -> BaseModel:
    try:
        return model.model_validate(one.settings)
    except ValidationError as error:
        [first, *_] = error.errors()
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f'{folder / INDEX}: source "{one.name}", settings.{where}: {first["msg"]}; put there'
            " what this version of the connector takes",
            code=VALUE,
        ) from None


def _target(hub: "Hub", into: str | None) -> Warehouse:
    if into is None:
        return hub.warehouse
    url = into if "://" in into else f"sqlite:///{Path(into).expanduser().absolute()}"
    return Warehouse.open(url.replace("postgresql://", "postgresql+psycopg://"))


def _refuse_filled(connection: Connection, warehouse: Warehouse) -> None:
    for table in (t.run, *t.VENDOR_TABLES.values()):
        if connection.execute(select(table).limit(1)).first() is not None:
            raise WarehouseError(
                f"{warehouse.engine.url.render_as_string()} is not empty: table {table.name} has"
                " rows. A recording is played into an empty warehouse: name one with --into"
            )


def _keep_erased_out(hub: "Hub", connection: Connection) -> None:
    with hub.warehouse.connect() as present:
        kept = carrying.present(present)
    alone = carrying.Present(kept.key, kept.erased, {}, {}, kept.renamed)
    carrying.carry_over(connection, alone)


__all__ = ["INDEX", "Recorded", "Recording", "record", "replay"]
