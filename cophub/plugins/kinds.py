"""The kinds of things that plugins bring: a row each, by which all are found, checked and kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cophub.command import Command
from cophub.connector import Connector
from cophub.identity_rule import IdentityRule
from cophub.page import Page
from cophub.pipeline import Pipeline
from cophub.plugins import checks
from cophub.publisher import Publisher


def _none(thing: Any) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True)
class Kind:
    """One kind. Its things have a `name`, a `summary` of one line and, if any, `settings`."""

    name: str
    """As messages say it: `connector`. `origins` knows its things by `connector NAME`."""
    hook: str
    """The hook that gives a list of them."""
    contract: type[Any]
    """What each of them is an instance of."""
    kept: str
    """The field of `Plugins` that keeps them by name."""
    problems: Callable[[Any], Iterator[str]] = _none
    """Why one cannot be used, besides what holds for all kinds."""
    advice: Callable[[Any], Iterator[str]] = _none
    """Which promises one that works does not keep."""

    def wrong(self, thing: Any) -> Iterator[str]:
        """Every reason why a thing that the hook gave cannot be used."""
        if not isinstance(thing, self.contract):
            yield f"is not a cophub.{self.contract.__name__}; {self.hook} returns a list of them"
            return
        yield from checks.common_problems(thing)
        yield from self.problems(thing)

    def counted(self, count: int) -> str:
        """`1 connector`, `14 connectors`, `2 identity rules`."""
        return f"{count} {self.name}{'' if count == 1 else 's'}"


COMMAND = Kind(
    "command", "cophub_commands", Command, "commands", checks.command_problems,
    checks.settings_advice,
)  # fmt: skip
KINDS = (
    COMMAND,
    Kind(
        "connector", "cophub_connectors", Connector, "connectors",
        checks.connector_problems, checks.connector_advice,
    ),
    Kind(
        "pipeline", "cophub_pipelines", Pipeline, "pipelines",
        checks.pipeline_problems, checks.settings_advice,
    ),
    Kind(
        "publisher", "cophub_publishers", Publisher, "publishers",
        checks.publisher_problems, checks.settings_advice,
    ),
    Kind("page", "cophub_pages", Page, "pages", checks.page_problems),
    Kind(
        "identity rule", "cophub_identity_rules", IdentityRule, "identity_rules",
        checks.identity_rule_problems, checks.settings_advice,
    ),
)  # fmt: skip

__all__ = ["COMMAND", "KINDS", "Kind"]
