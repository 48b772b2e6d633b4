"""`explain`: what the code of an error means."""

import re
from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED, CATALOGUE
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.error_codes import ErrorCode

DOCS = "docs/errors.md"


@click.command()
@click.argument("code", required=False)
@shared
@pass_state
def explain(state: State, code: str | None) -> None:
    """What an error's CODE means, why it comes, and what to do; without one, all codes.

    It needs no plugins.toml. CODE is written as CPH-A02, or as a02.
    """
    found = list(CATALOGUE.values()) if code is None else [_entry(code)]
    if show.finish(state, {"codes": [_told(one) for one in found]}):
        return
    if code is None:
        show.table(("code", "what it means"), [(one.code, one.title) for one in found])
        return
    [one] = found
    show.say(f"{show.bold(one.code)} {one.title}")
    show.paragraph("why:       ", one.cause)
    show.paragraph("what to do:", one.next_step)
    show.say(show.dim(f"  {_place(one.code)}"))


def _entry(code: str) -> "ErrorCode":
    """Raises ConfigError that names one that is near."""
    parts = re.fullmatch(r"\[?(?:CPH-)?([A-Z])(\d{1,2})\]?", code.strip().upper())
    written = f"CPH-{parts[1]}{parts[2]:0>2}" if parts else code.strip().upper()
    known = CATALOGUE.get(written)
    if known is None:
        from cophub.config.messages import did_you_mean

        near = did_you_mean(written, [each.lower() for each in CATALOGUE])
        raise ConfigError(
            f'there is no code "{code}"{near}; `cophub explain` lists them', code=ASKED
        )
    return known


def _told(one: "ErrorCode") -> dict[str, str]:
    return {
        "code": one.code,
        "title": one.title,
        "cause": one.cause,
        "next_step": one.next_step,
        "docs": _place(one.code),
    }


def _place(code: str) -> str:
    """Where in the docs it is told."""
    return f"{DOCS}#{code.lower()}"
