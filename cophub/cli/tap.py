"""`tap`: the warehouse for Singer targets."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED
from cophub.errors import ConfigError, WarehouseError


@click.command()
@click.option("--discover", is_flag=True, help="Write the catalog: every stream and column.")
@click.option(
    "--catalog", type=click.Path(path_type=Path), metavar="FILE", help="What to read of it."
)
@click.option(
    "--state",
    "kept",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the last read got.",
)
@click.option(
    "--test", "trial", is_flag=False, flag_value="all", default=None,
    type=click.Choice(["all", "schema"]), metavar="[all|schema]",
    help="One row of each stream; with --test schema only what rows look like.",
)  # fmt: skip
@click.option("--about", is_flag=True, help="Say what the tap can do, and its settings.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text",
    help="Of --about.",
)  # fmt: skip
@click.option("--identifiers", is_flag=True, help="Also who somebody is, and what they did.")
@click.option("--content", is_flag=True, help="Also what people wrote.")
@click.option("--addresses", is_flag=True, help="Of people: all addresses in full.")
@shared
@pass_state
def tap(
    state: State,
    /,
    discover: bool,
    catalog: Path | None,
    kept: Path | None,
    trial: str | None,
    about: bool,
    form: str,
    **chosen: bool,
) -> None:
    """The warehouse for any Singer target: `cophub tap | target-postgres --config target.json`.

    All streams are of one moment. Without a catalog every stream is read that is about no single
    person, and of each the columns that tell nothing about people. --config also takes the JSON of
    a Singer tap, whose "config" names the plugins.toml. It takes pip install 'cophub[tap]'.
    """
    if find_spec("singer_sdk") is None:
        raise ConfigError(
            "a Singer tap is made with singer-sdk, which is not installed here:"
            " pip install 'cophub[tap]'",
            code=ASKED,
        )
    if state.log_level is None:
        # The SDK warns of each stream that it cannot be resumed halfway: it begins anew, in order.
        logging.getLogger("tap-cophub").setLevel(logging.ERROR)
    settings = _settings(state) | {name: True for name, asked in chosen.items() if asked}
    if about:
        _about(form)
    elif discover:
        _discover(settings)
    else:
        _read(state, settings, _loaded(catalog), _loaded(kept), trial)


def main() -> None:
    """`tap-cophub`: the same as a command of its own, as Meltano wants it."""
    from cophub.cli import main as whole

    whole(["tap", *sys.argv[1:]])


def _settings(state: State) -> dict[str, Any]:
    """The settings of a tap, where --config names these; the plugins.toml is then what they say."""
    if state.path.suffix != ".json":
        return {}
    found = _loaded(state.path) or {}
    state.config = found.get("config")
    return found


def _loaded(file: Path | None) -> dict[str, Any] | None:
    """The JSON object of a file, without the message around it that some runners keep."""
    if file is None:
        return None
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}", code=ASKED) from None
    except ValueError as error:
        raise ConfigError(f"{file} is no JSON: {error}", code=ASKED) from None
    if not isinstance(found, dict):
        raise ConfigError(f"{file} is no JSON object", code=ASKED)
    inside = found.get("value")
    return inside if set(found) == {"type", "value"} and isinstance(inside, dict) else found


@contextmanager
def _told_apart() -> Iterator[None]:
    """What the SDK refuses, in one line."""
    from singer_sdk.exceptions import ConfigValidationError

    try:
        yield
    except ConfigValidationError as error:
        said = "; ".join(error.errors) or str(error)
        raise ConfigError(f"the settings of the tap: {said}", code=ASKED) from None


def _about(form: str) -> None:
    from cophub.tap.tap import TapCophub

    TapCophub.print_about(output_format=form)


def _discover(settings: dict[str, Any]) -> None:
    from cophub.tap.tap import TapCophub

    with _told_apart():
        TapCophub(config=settings, setup_mapper=False).run_discovery()


def _read(
    state: State,
    settings: dict[str, Any],
    catalog: dict[str, Any] | None,
    kept: dict[str, Any] | None,
    trial: str | None,
) -> None:
    from cophub.tap.tap import TapCophub

    with (
        _told_apart(),
        state.hub(plugin_problems=False) as hub,
        closing(TapCophub(hub=hub, config=settings, catalog=catalog, state=kept)) as made,
    ):
        try:
            if trial == "schema":
                made.write_schemas()
            elif trial:
                wanted = [each for each in made.streams.values() if each.selected]
                made.run_sync_dry_run(dry_run_record_limit=1, streams=wanted)
            else:
                made.sync_all()
            sys.stdout.flush()
        except BrokenPipeError:
            # Python would complain once more when it flushes at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise WarehouseError(
                "the target ended before it had read all; see what it says"
            ) from None


__all__ = ["main", "tap"]
