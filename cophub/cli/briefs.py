"""`brief`: the week of a facilitator, to read, to keep or to mail."""

import os
from pathlib import Path

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

_FORMATS = ("text", "html", "json", "eml")
_SUFFIXES = {"htm": "html", "txt": "text"}


@click.command()
@click.argument("community")
@click.option("--week", metavar="2026-W47", help="Which one; else the present week, as of now.")
@click.option(
    "--format", "form", metavar="FORMAT",
    help="text (default), html, json or eml; else as the name of --to says.",
)  # fmt: skip
@click.option(
    "--to", "target", type=click.Path(path_type=Path), metavar="FILE", help="Into a file."
)
@click.option("--language", metavar="LANGUAGE", help="en, fr or es; else the community's own.")
@click.option(
    "--draft", "where", metavar="SOURCE",
    help="Keep the newsletter candidates as a draft at this source (or source:space).",
)  # fmt: skip
@shared
@pass_state
def brief(
    state: State, community: str, week: str | None, form: str | None, target: Path | None,
    language: str | None, where: str | None,
) -> None:  # fmt: skip
    """The week of the facilitator of COMMUNITY: whom to welcome, answer, thank and ask after.

    It is for facilitators alone. Of a past week it tells what was known at its end. A draft of a
    newsletter is made and never sent.
    """
    if where is not None:
        if form or target:
            raise ConfigError("--draft goes to the source; leave out --format and --to", code=ASKED)
        return _draft(state, community, week, where, language)
    from cophub.hub.auditing import note

    form = _format(form or ("json" if state.json else None), target)
    with state.hub() as hub:
        made = hub.brief(community, week, form, language)
        note(hub, "brief", community, week=week)
    content = made.content.encode() if isinstance(made.content, str) else made.content
    if target is None:
        click.echo(_styled(content.decode()) if form == "text" else content, nl=False)
        return None
    _write(target, content)
    return show.say(f"{show.mark('done')} the brief of {community} is in {target}")


def _draft(
    state: State, community: str, week: str | None, where: str, language: str | None
) -> None:
    from cophub.hub.auditing import note

    with state.hub() as hub:
        made = hub.draft_brief(community, where, week, language)
        note(hub, "brief --draft", community, week=week, at=where)
    if show.finish(state, made):
        return
    what = "made" if made.new else "written anew"
    show.say(f"{show.mark('done')} the draft for “{made.space}” is {what}; nothing was sent")
    if made.url:
        show.say(f"  finish it: {made.url}")


def _format(form: str | None, target: Path | None) -> str:
    from cophub.config.messages import did_you_mean

    if form is None and target is not None:
        suffix = target.suffix.removeprefix(".").lower()
        form = _SUFFIXES.get(suffix, suffix)
    form = form or "text"
    if form not in _FORMATS:
        raise ConfigError(
            f'there is no format "{form}"{did_you_mean(form, _FORMATS)};'
            f" take {', '.join(_FORMATS)}",
            code=ASKED,
        )
    return form


def _styled(text: str) -> str:
    """The text with its titles set off, where it goes to a terminal."""
    lines = text.split("\n")
    below = [*lines[1:], ""]
    told = [
        show.bold(line) if place == 0 or after.startswith("─")
        else show.dim(line) if line.startswith(("─", "  http"))
        else line
        for place, (line, after) in enumerate(zip(lines, below, strict=True))
    ]  # fmt: skip
    return "\n".join(told)


def _write(target: Path, content: bytes) -> None:
    """A file that only its owner can read: it tells about people."""
    from cophub.hub.export import new_file

    before = os.umask(0o077)
    try:
        with new_file(target) as out:
            out.write(content)
    finally:
        os.umask(before)
