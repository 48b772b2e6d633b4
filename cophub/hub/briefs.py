"""A community's weekly brief on request, and its newsletter candidates as a draft at a vendor."""

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from cophub.config.messages import did_you_mean, listed
from cophub.connector import Draft, Letter
from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.hub import publishing
from cophub.hub.vendors import open_context
from cophub.pipeline import Publication

if TYPE_CHECKING:
    from cophub.hub import Hub
    from cophub.hub.vendors import Desk
    from cophub.sync.results import SourceSpec

_PIPELINE = "brief"


def brief(
    hub: "Hub", community: str, week: str | None, form: str, language: str | None = None
) -> Publication:
    """The brief of one community, in its own language when none is named.

    Raises ConfigError: no such community, week, format or language.
    """
    known = [row.key for row in hub.communities()]
    if community not in known:
        there = listed(known) if known else "none yet; run `cophub run`"
        raise ConfigError(
            f'there is no community "{community}"{did_you_mean(community, known)};'
            f" there {'are' if known else 'is'} {there}",
            code=ASKED,
        )
    wanted = {"community": community, "format": form, "week": week, "language": language}
    named = {name: value for name, value in wanted.items() if value}
    return publishing.request(hub, _PIPELINE, "briefs", named)


def draft(
    hub: "Hub", community: str, week: str | None, where: str, language: str | None = None
) -> Draft:
    """The newsletter candidates as a draft; `where` is a source, or `source:space` of one.

    Raises ConfigError where that source keeps no drafts or has no space of the community.
    """
    name, _, space = where.partition(":")
    spec = hub.spec(name)
    if spec.connector.draft is None:
        able = [c.name for c in hub.plugins.connectors.values() if c.draft]
        raise ConfigError(
            f'source "{name}": {spec.connector.name} keeps no drafts of newsletters;'
            f" {listed(able)} {'does' if len(able) == 1 else 'do'}",
            code=ASKED,
        )
    made = brief(hub, community, week, "letter", language)
    letter = msgspec.json.decode(made.content, type=Letter)
    spaces = _spaces(hub, community, name)
    if space and space not in spaces:
        raise ConfigError(
            f'"{where}" does not serve {community}; of source "{name}" there'
            f" {'is' if len(spaces) == 1 else 'are'} {listed(spaces) if spaces else 'none'}",
            code=ASKED,
        )
    return _keep(spec, hub.desk(spec), letter, (space,) if space else tuple(spaces))


def _spaces(hub: "Hub", community: str, source: str) -> list[str]:
    from sqlalchemy import select

    from cophub.warehouse.tables import community_space as served

    query = select(served.c.space).where(served.c.community == community, served.c.source == source)
    with hub.warehouse.connect() as connection:
        return sorted(connection.scalars(query))


def _keep(spec: "SourceSpec", desk: "Desk", letter: Letter, spaces: tuple[str, ...]) -> Draft:
    if not spaces:
        raise ConfigError(
            f'no space of source "{spec.name}" serves this community; add one to its "spaces" in'
            " plugins.toml",
            code=ASKED,
        )
    assert spec.connector.draft is not None  # noqa: S101 - `draft` has seen to it
    with open_context(spec, desk) as ctx:
        return spec.connector.draft(ctx, replace(letter, spaces=spaces))
