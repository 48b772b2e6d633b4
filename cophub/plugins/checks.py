"""Whether what a plugin brings keeps its contract: a line for each thing that does not."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from cophub.command import RESERVED, Command
from cophub.config.messages import listed
from cophub.connector import Connector, Stream
from cophub.http import is_secret_name
from cophub.identity_rule import IdentityRule
from cophub.page import Audience, Page, is_text
from cophub.pipeline import Pipeline
from cophub.publisher import Publisher
from cophub.records import RECORDS

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def common_problems(thing: Any) -> Iterator[str]:
    """What everything with a name must have: that, a line about it, and settings if it has any."""
    if not isinstance(thing.name, str) or not _NAME.fullmatch(thing.name):
        yield "needs a name of lower case letters, digits, - and _"
    summary = english(thing.summary)
    if not isinstance(summary, str) or not summary.strip() or "\n" in summary.strip():
        yield "needs a summary of one line"
    settings = getattr(thing, "settings", BaseModel)
    if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
        yield "needs settings that are a pydantic model (a class, not an instance)"


def command_problems(command: Command) -> Iterator[str]:
    """Why a command cannot be used."""
    if command.name in RESERVED:
        yield "has the name of one of cophub's own; give it another"
    if not inspect.isroutine(command.run):
        yield (
            "has a run that is not a function; give it one that takes a CommandContext, under"
            " click's options and arguments alone"
        )
        return
    taken = {"--config", "--json", "--debug", "--log-level", "--log-json", "--help", "-h"}
    for parameter in command.parameters():
        if both := sorted(taken & {*parameter.opts, *parameter.secondary_opts}):
            yield f"has an option {both[0]}, which every command has; give it another name"


def connector_problems(connector: Connector) -> Iterator[str]:
    """Why a connector cannot be used."""
    if not connector.streams:
        yield "has no streams; give it at least one cophub.Stream"
    names: set[str] = set()
    for stream in connector.streams:
        if not isinstance(stream, Stream):
            yield f"has a {type(stream).__name__} among its streams; wrap it in cophub.Stream"
            continue
        if stream.name in names:
            yield f'has two streams named "{stream.name}"; give each a name of its own'
        names.add(stream.name)
        yield from _stream_problems(stream)
    for attribute in ("check", "discover", "estimate", "paced"):
        if not _callable_or_none(getattr(connector, attribute)):
            yield f"has a {attribute} that is not a function; give one or leave it out"


def _stream_problems(stream: Stream) -> Iterator[str]:
    if not _NAME.fullmatch(str(stream.name)):
        yield f'has a stream "{stream.name}"; a name is lower case letters, digits, - and _'
    if not callable(stream.extract):
        yield f'has a stream "{stream.name}" whose extract is not a function'
    for record in (*stream.snapshot_of, *stream.yields):
        if record not in RECORDS:
            yield (
                f'has a stream "{stream.name}" that speaks of {record!r}; name records,'
                " such as cophub.Membership"
            )


def pipeline_problems(pipeline: Pipeline) -> Iterator[str]:
    """Why a pipeline cannot be used."""
    if not callable(pipeline.run):
        yield "has a run that is not a function; give it one that takes a PipelineContext"
    if pipeline.name in pipeline.after:
        yield "runs after itself; take its own name out of after"


def publisher_problems(publisher: Publisher) -> Iterator[str]:
    """Why a publisher cannot be used."""
    if not callable(publisher.publish):
        yield "has a publish that is not a function; give it one that takes a Context and a Handout"


def page_problems(page: Page) -> Iterator[str]:
    """Why a page cannot be used."""
    if not is_text(page.title) or not is_text(page.summary):
        yield 'needs a title and a summary: a text, or texts by language with one in "en"'
    if not callable(page.content) or not _callable_or_none(page.community):
        yield "has a content or community that is not a function; give one that takes a PageContext"
    known = get_args(Audience)
    named = page.audiences if isinstance(page.audiences, list | tuple) else [page.audiences]
    if not named or not {*map(str, named)} <= {*known}:
        yield f"is for {', '.join(map(str, named)) or 'nobody'}; audiences are {', '.join(known)}"


def english(summary: Any) -> Any:
    """A summary as lists of plugins tell it; those of pages may be in several languages."""
    return summary.get("en") if isinstance(summary, Mapping) else summary


def identity_rule_problems(rule: IdentityRule) -> Iterator[str]:
    """Why an identity rule cannot be used."""
    if not callable(rule.tell):
        yield "has a tell that is not a function; give it one that takes an account and settings"
    if not isinstance(rule.version, int) or rule.version < 1:
        yield "needs a version that is a whole number, 1 or more"
    if isinstance(rule.connectors, str):
        yield f'has connectors that are no tuple; write ("{rule.connectors}",)'


def connector_advice(connector: Connector) -> Iterator[str]:
    """What a connector should have and does not."""
    yield from settings_advice(connector)
    if "base_url" not in connector.settings.model_fields:
        yield "has no setting base_url, so it cannot be pointed at a test server; add one"


def settings_advice(thing: Any) -> Iterator[str]:
    """What the settings of a thing should have and do not."""
    fields = thing.settings.model_fields
    if bare := [name for name, info in fields.items() if not info.description]:
        yield f"has settings without a description: {listed(bare)}; add Field(description=...)"
    for name, info in fields.items():
        if is_secret_name(name) and not _is_secret(info):
            yield f"keeps the setting {name} as plain text; make it a pydantic.SecretStr"


def _is_secret(info: FieldInfo) -> bool:
    return SecretStr.__name__ in str(info.annotation)


def _callable_or_none(value: Callable[..., Any] | None) -> bool:
    return value is None or callable(value)


__all__ = [
    "command_problems", "common_problems", "connector_advice", "connector_problems", "english",
    "identity_rule_problems", "page_problems", "pipeline_problems", "publisher_problems",
    "settings_advice",
]  # fmt: skip
