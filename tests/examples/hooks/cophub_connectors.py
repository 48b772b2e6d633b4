"""A connector for a plain list: one address on each line of a page."""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from cophub import Account, Connector, Context, Item, Membership, Space, Stream, hookimpl


class Settings(BaseModel):
    base_url: str = Field("https://lists.example.org", description="Where the list is.")
    name: str = Field(description="The list, such as mercop.")


def members(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Everybody on the list today."""
    name = ctx.settings.name
    answer = ctx.client(base_url=ctx.settings.base_url).get(f"{name}.txt").raise_for_status()
    yield Space(key=name, title=name)
    for address in answer.text.split():
        yield Account(key=address, email=address)
        yield Membership(space=name, account=address)


@hookimpl
def cophub_connectors() -> list[Connector]:
    streams = [Stream(members, snapshot_of=(Membership,))]
    return [Connector("plainlist", "Lists of addresses", settings=Settings, streams=streams)]
