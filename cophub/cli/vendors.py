"""`check`, `discover` and `plan`: asking vendors without syncing."""

from typing import TYPE_CHECKING, Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared

if TYPE_CHECKING:
    from cophub.connector import Estimate
    from cophub.hub.answers import Planned
    from cophub.records import Space


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@shared
@pass_state
def check(state: State, sources: tuple[str, ...]) -> int:
    """Try every source (or those named): what may be read, and what is missing.

    Each line that is not well names the exact thing that an administrator must do.
    """
    found = []
    with state.hub() as hub:
        for checked in hub.check(sources):
            found.append(checked)
            if state.json:
                continue
            health = "failed" if checked.failed else "ok"
            show.say(
                f"{show.mark(health)} {show.bold(checked.source)} {show.dim(checked.connector)}"
            )
            if checked.error:
                show.say(f"    {show.coloured('failed')}: {checked.error}")
            for verdict in checked.verdicts:
                what = f"{verdict.subject}: {verdict.message}"
                show.say(f"    {show.mark(verdict.state)} {show.clean(what)}")
                # Some messages end in the next step already; it is said once.
                if verdict.fix and verdict.fix.rstrip(".") not in verdict.message:
                    show.say(f"      {show.dim('→')} {show.clean(verdict.fix)}")
    show.finish(state, {"sources": found})
    return 1 if any(checked.failed for checked in found) else 0


@click.command()
@click.argument("source")
@shared
@pass_state
def discover(state: State, source: str) -> None:
    """List the groups, lists and audiences that SOURCE could sync.

    Their keys are what a community in plugins.toml names, as `source:key`. For files it also
    proposes what their columns are, as lines for the settings of SOURCE in plugins.toml. A JSON
    API that plugins.toml describes is tried: ten records of each list are shown, and none stored.
    """
    with state.hub() as hub:
        found = hub.discover(source)
    rows = [
        (
            f"{source}:{space.key}",
            _set(space.kind),
            _set(space.title),
            _set(space.native_member_count),
            _set(space.native_post_count),
            _set(space.visibility),
        )
        for space in found.spaces
    ]
    names = ("space", "kind", "title", "members", "posts", "visibility")
    proposed = [_proposed(space) for space in found.spaces]
    tried = [_tried(space) for space in found.spaces]
    if state.json:
        plain = [dict(zip(names, row, strict=True)) for row in rows]
        show.answer_json(
            [
                row | ({"settings": lines} if lines else {}) | ({"tried": told} if told else {})
                for row, lines, told in zip(plain, proposed, tried, strict=True)
            ]
        )
        return
    if not rows:
        show.say(f'  nothing to sync in "{source}"')
        return
    show.table(names, rows, right=("members", "posts"))
    for lines in filter(None, proposed):
        show.say(f"  for [sources.{source}.settings] in plugins.toml:")
        for line in lines:
            click.echo(show.clean(line))  # as it is to be pasted
    for told in filter(None, tried):
        _show_tried(told)


def _proposed(space: "Space") -> list[str]:
    """Lines of TOML that a connector proposes for the settings of its source."""
    extra = space.extra if isinstance(space.extra, dict) else {}
    lines = extra.get("settings")
    return [str(line) for line in lines] if isinstance(lines, list) else []


def _tried(space: "Space") -> "dict[str, Any]":
    """What the first page of a list gave, where a connector tried it."""
    extra = space.extra if isinstance(space.extra, dict) else {}
    told = extra.get("tried")
    return told if isinstance(told, dict) else {}


def _show_tried(told: "dict[str, Any]") -> None:
    """Records as they would be stored, what stayed empty, and what was not understood."""
    show.say(f"\n  {show.bold(show.clean(told['stream']))}: {told['rows']} rows tried, none stored")
    if told["error"]:
        show.say(f"    {show.mark('failed')} {show.clean(told['error'])}")
        show.say(f"      {show.dim('→')} {show.clean(told['fix'])}")
    for record in [*told["records"], *told["accounts"]]:
        fields = ", ".join(f"{name} = {_short(value)}" for name, value in record.items())
        show.say(f"    {show.clean(fields)}")
    for reason in told["rejects"]:
        show.say(f"    {show.mark('warning')} {show.clean(reason)}")
    if told["empty"]:
        show.say(f"    {show.mark('warning')} empty in every row: {', '.join(told['empty'])}")


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return f"{text[:77]}..." if len(text) > 80 else text


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@shared
@pass_state
def plan(state: State, sources: tuple[str, ...]) -> int:
    """Say what a sync would cost now, stream by stream, before it is started."""
    with state.hub() as hub:
        found = list(hub.plan(sources))
    if not show.finish(state, {"sources": found}):
        rows = []
        for planned in found:
            for estimate in planned.estimates:
                rows.append((planned.source, *_estimated(estimate)))
            if planned.note and not planned.error:
                rows.append((planned.source, None, None, None, None, planned.note))
        if rows:
            columns = ("source", "stream", "requests", "rows", "at least", "note")
            show.table(columns, rows, right=("requests", "rows", "at least"))
        _total(found)
    return 1 if any(planned.error for planned in found) else 0


@click.command("sign-in")
@click.argument("source")
@shared
@pass_state
def sign_in(state: State, source: str) -> None:
    """Sign in to the vendor of SOURCE, once, where it wants a person and not only a program.

    The token that comes of it is kept encrypted beside plugins.toml, and renews itself.
    """
    with state.hub() as hub:
        who = hub.sign_in(source, lambda line: click.echo(show.clean(line), err=True))
    if not show.finish(state, {"source": source, "signed_in": who}):
        show.say(f"  {show.mark('ok')} {show.bold(source)}: signed in as {show.clean(who)}")


def _total(found: "list[Planned]") -> None:
    """What all sources cost together, and why some are not among them."""
    unknown = [planned for planned in found if planned.error]
    for planned in unknown:
        show.say(f"  {show.mark('failed')} {planned.source}: {planned.error}")
    if len(unknown) < len(found):
        total = sum(planned.requests for planned in found)
        less = f", without {', '.join(planned.source for planned in unknown)}" if unknown else ""
        show.say(f"  about {total:,} requests in all{less}")


def _estimated(estimate: "Estimate") -> tuple[object, ...]:
    e = estimate
    paced = show.duration(e.seconds) if e.seconds is not None else None
    return e.stream, e.requests, e.rows, paced, e.note


def _set(value: object) -> object:
    """A field's value, or None where it was not set."""
    from cophub import UNSET

    return None if value is UNSET else value
