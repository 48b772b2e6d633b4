"""A real target as a process reads it all, again and again, and has in the end what is there."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from cophub.hub import Hub
from cophub.hub.export import as_shown
from cophub.identities.visibility import MASKED
from cophub.tap.published import Published, published
from tests.tamarind import ERASED, FILES, SEEN, _publish, _sync, opened
from tests.tap.conftest import Piped

ALL = {"identifiers": True, "content": True}


def _configured(folder: Path, url: str) -> None:
    config = (FILES / "plugins.toml").read_text(encoding="utf-8")
    config = config.replace("[hub]\n", f'[hub]\nwarehouse = "{url}"\n')
    (folder / "plugins.toml").write_text(config, encoding="utf-8")


def _as_json(value: Any) -> Any:
    """Comparable, whichever of the two it came from: the target keeps instants without a zone."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(value, Decimal):
        return float(value)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


def _in_warehouse(hub: Hub, stream: Published) -> list[tuple[Any, ...]]:
    names = list(stream.columns)
    with hub.warehouse.connect() as connection:
        rows = as_shown(
            connection, stream.name, names, connection.execute(stream.query(names)).all(), MASKED
        )
        return sorted((tuple(map(_as_json, row)) for row in rows), key=repr)


def _at_target(url: str, stream: Published) -> list[tuple[Any, ...]]:
    names = ", ".join(f'"{name}"' for name in stream.columns)
    with psycopg.connect(url, options="-c timezone=UTC") as connection:
        found = connection.execute(f'SELECT {names} FROM "hub"."{stream.name}"'.encode())
        return sorted((tuple(map(_as_json, row)) for row in found), key=repr)


def _same(pipe: Piped) -> None:
    with opened(pipe.folder) as hub:
        for stream in published().values():
            here = _in_warehouse(hub, stream)
            assert _at_target(pipe.target_url, stream) == here, stream.name


def test_the_target_follows_the_warehouse(
    tmp_path: Path, warehouse_url: str, dialect: str, pipe: Callable[..., Piped]
) -> None:
    """With what comes late, leaves and is gone; on PostgreSQL somebody is forgotten meanwhile.

    After that streams are read whole again; else only what runs wrote since.
    """
    _configured(tmp_path, warehouse_url)
    piped = pipe(tmp_path, **ALL)
    _sync(tmp_path, 2, SEEN[1])
    piped.read()
    _same(piped)
    first = piped.count("post")

    forgotten = dialect == "postgresql"
    if forgotten:
        _publish(tmp_path, ERASED, "identities")
        with opened(tmp_path, ERASED) as hub:
            hub.forget("greta@ferry.example")
    _sync(tmp_path, 3, SEEN[2])
    _publish(tmp_path, SEEN[2], "measures")
    piped.read()
    _same(piped)
    assert (piped.count("post") >= first) is forgotten
    assert piped.count("measure_quarter") > 0
