"""`demo`: invented vendors on this machine, synced and published: everything can be seen."""

import json
import sys
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.cli.progress import watching
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.hub import Hub

FOLDER = "cophub-demo"
MARK = "# Written by `cophub demo`"
"""How a plugins.toml of a demo begins."""
_BEGINS_BEFORE = timedelta(weeks=5)
"""The first demo plays so long ago, so that the next ones have weeks to move on to."""
_STEP = timedelta(days=7)
_SLOWER = 1_000
"""How much slower than ours the invented world's time goes on while no demo runs."""
_SECONDS_A_LINE = 30.0
"""In a log each source has a line when it is done; more are for a machine that is slow."""


@dataclass
class Clock:
    """Where the invented world's time stands; kept beside the demo's plugins.toml."""

    began: datetime
    """Where it stood at the first demo: the world is made anew from here each time."""
    now: datetime
    runs: int = 0
    _started: float = field(default_factory=time.monotonic)

    def time(self) -> datetime:
        """What the invented world's clocks show: the hub keeps the time of its vendors."""
        return self.now + timedelta(seconds=time.monotonic() - self._started)

    @classmethod
    def of(cls, folder: Path) -> "Clock":
        """The clock of the demo in a folder, a week further than at its last run."""
        file = folder / "demo.json"
        today = datetime.now(UTC).replace(microsecond=0)
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            began, now = (datetime.fromisoformat(kept[name]) for name in ("began", "now"))
            # A demo that failed is done again: the world is made from where it began, not anew.
            later = max(now, min(now + _STEP, today)) if kept["done"] else now
            return cls(began, later, int(kept["runs"]))
        except FileNotFoundError:
            return cls(today - _BEGINS_BEFORE, today - _BEGINS_BEFORE)
        except (ValueError, KeyError, TypeError, OSError):
            raise ConfigError(
                f"{file} cannot be read; remove the folder {folder}, or name another with --dir",
                code=ASKED,
            ) from None

    def keep(self, folder: Path, *, done: bool) -> None:
        """Remember where the time stands, and whether all was done by then."""
        kept = {
            "began": self.began.isoformat(), "now": self.now.isoformat(),
            "shown": self.time().isoformat(), "runs": self.runs + done, "done": done,
        }  # fmt: skip
        (folder / "demo.json").write_text(json.dumps(kept), encoding="utf-8")


def demo_time(config: Path) -> Callable[[], datetime] | None:
    """The clock of the hub of a demo, for whoever looks at it later; None for any other hub.

    It stands where the demo ended, but for a breath: what is done to the hub later comes later, and
    the invented world is as fresh in a year as it was.
    """
    file = config.parent / "demo.json"
    try:
        if not config.read_text(encoding="utf-8").startswith(MARK):
            return None
        kept = json.loads(file.read_text(encoding="utf-8"))
        ended = datetime.fromisoformat(kept.get("shown", kept["now"]))
        left = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return lambda: ended + max(datetime.now(UTC) - left, timedelta(0)) / _SLOWER


@click.command()
@click.option("--dir", "folder", type=click.Path(path_type=Path), default=FOLDER,
              show_default=True, metavar="DIR", help="Where everything is written.")  # fmt: skip
@click.option("--no-open", is_flag=True, help="Do not open the site in a browser.")
@shared
@pass_state
def demo(state: State, folder: Path, no_open: bool) -> int:
    """Invented vendors on this machine, synced and published: see what you get.

    Nobody in it is real, and nothing leaves this machine. Run it again, and a week has passed: only
    what is new is asked for.
    """
    from cophub.cli.invented import InventedVendors
    from cophub.config import load_config
    from cophub.hub import Hub

    began = time.monotonic()
    state.config = str(folder / "plugins.toml")
    _make_folder(folder)
    clock = Clock.of(folder)
    clock.keep(folder, done=False)
    told: dict[str, Any] = {"folder": str(folder), "clock": clock.now, "first": clock.runs == 0}
    with InventedVendors(folder, clock.began, clock.now) as vendors:
        if not state.json:
            _introduce(clock)
        config = load_config(folder / "plugins.toml")
        with Hub(config, clock.time, transport=vendors.transport, tokens=vendors.tokens) as hub:
            results = _work(hub, state.json)
            told["requests"] = vendors.requests
            told["site"] = str(hub.config.site / "index.html")
            told["seconds"] = round(time.monotonic() - began, 1)
            if not show.finish(state, {**told, "results": results}):
                _conclude(hub, folder, clock, told)
    failed = any(getattr(result, "state", "failed") != "done" for result in results)
    if not failed:
        clock.keep(folder, done=True)
        if not no_open and not state.json and sys.stdout.isatty():
            webbrowser.open(Path(told["site"]).absolute().as_uri())
    return int(failed)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be made ({error.strerror}); see --dir", code=ASKED
        ) from None
    config = folder / "plugins.toml"
    if config.exists() and not config.read_text(encoding="utf-8").startswith(MARK):
        raise ConfigError(f"{config} is not of a demo; name another folder with --dir", code=ASKED)


def _introduce(clock: Clock) -> None:
    day = f"{clock.now:%A %d %B %Y}"
    if clock.runs == 0:
        line = "invented people on five vendors' tools and mailing lists"
        show.say(f"{show.bold('cophub demo')}: {line}, as of {day}")
    else:
        show.say(
            f"{show.bold('cophub demo')}: a week on, it is {day}; only what is new is asked for"
        )


def _work(hub: "Hub", silent: bool) -> list[Any]:
    """Sync and publish; a line for each source and pipeline as it is done."""
    results: list[Any] = []
    with watching(silent, every=_SECONDS_A_LINE) as watch:
        # Somebody may have synced it by today's clock meanwhile.
        for result in hub.sync(watch=watch, trust_clock=True):
            results.append(result)
            watch.done(getattr(result, "source", ""))
            watch.say(_source_line(result))
        for made in hub.publish():
            results.append(made)
            watch.say(_pipeline_line(made))
    return results


def _source_line(result: Any) -> str:
    if not hasattr(result, "state"):  # it could not start at all
        return f"  {show.mark('failed')} {result.name}: {result.error}"
    if result.state != "done":
        trouble = [stream.error or stream.held_for for stream in result.streams]
        why = result.error or next((line for line in trouble if line), "")
        return f"  {show.mark(result.state)} {show.bold(result.source)}: {result.state}: {why}"
    counts = [f"{result.total(n):,} {n}" for n in ("new", "changed", "gone") if result.total(n)]
    took = (result.finished_at - result.started_at).total_seconds()
    said = f"{result.total('seen'):,} records read, {', '.join(counts) or 'nothing new'}"
    requests = result.total("requests")
    cost = f"{requests:,} requests, {took:.1f} s" if requests else f"{took:.1f} s"
    return f"  {show.mark('done')} {show.bold(result.source.ljust(14))} {said} {show.dim(cost)}"


def _pipeline_line(result: Any) -> str:
    what = f"{result.files:,} files" if result.files else "tables"
    said = result.error or show.dim(f"{what}, {result.seconds:.1f} s")
    return f"  {show.mark(result.state)} {show.bold(result.pipeline.ljust(14))} {said}"


def _conclude(hub: "Hub", folder: Path, clock: Clock, told: dict[str, Any]) -> None:
    communities = len(hub.communities())
    show.say(
        f"  {communities} communities, {hub.members():,} people in them, in {told['seconds']} s"
        f" and {told['requests']:,} requests over HTTP"
    )
    show.say(f"  the site:  {show.bold(told['site'])}")
    config = f"--config {quote(str(folder / 'plugins.toml'))}"
    show.say(f"  look on:   cophub report quarter {config}")
    if datetime.now(UTC) - clock.now < timedelta(hours=1):
        show.say(
            "  again:     the invented world has caught up with today; remove the folder first"
        )
    else:
        named = "" if str(folder) == FOLDER else f" --dir {quote(str(folder))}"
        show.say(f"  again:     cophub demo{named}    a week passes, and only what is new is read")
