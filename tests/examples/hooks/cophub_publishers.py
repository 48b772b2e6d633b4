"""A publisher that posts to an address when the figures of the quarter table have changed."""

import hashlib
from collections.abc import Iterator

from pydantic import BaseModel, Field, SecretStr

from cophub import Checkpoint, Context, Handout, Publisher, Sent, hookimpl
from cophub.http import check_status


class Settings(BaseModel):
    url: SecretStr = Field(description="The address; whoever knows it may post there.")


def publish(ctx: Context[Settings], handout: Handout) -> Iterator[Sent | Checkpoint]:
    """One message, unless the figures are those of the last one."""
    figures = hashlib.sha256(repr(handout.sheet.rows).encode()).hexdigest()
    if figures == handout.cursor:
        yield Sent("messages", unchanged=1)
        return
    said = {"text": f"{handout.sheet.title}: {len(handout.sheet.rows)} rows, and some are new"}
    check_status(ctx.client().post(ctx.settings.url.get_secret_value(), json=said))
    yield Sent("messages", sent=1)
    yield Checkpoint(figures)


@hookimpl
def cophub_publishers() -> list[Publisher]:
    return [Publisher("webhook", "A message where somebody listens", Settings, publish)]
