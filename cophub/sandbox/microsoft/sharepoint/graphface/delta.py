"""What changed in a list or library since a token; without one, everything there is.

An item may come more than once. A token that is too old gets 410 with the address to begin again.
"""

from collections.abc import Callable
from typing import Any

from cophub.sandbox.microsoft.graph.odata import Row, context, pack, unpack
from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call, Reply, route
from cophub.sandbox.microsoft.sharepoint.changelog import KEPT, Change
from cophub.sandbox.microsoft.sharepoint.columns import CONTENT_TYPES, type_name
from cophub.sandbox.microsoft.sharepoint.graphface.common import (
    READ,
    link_to,
    list_of,
    site_of,
    size_of,
)
from cophub.sandbox.microsoft.sharepoint.graphface.items import item_row
from cophub.sandbox.microsoft.sharepoint.state import Item, Site, SPList

RESYNC = "Resync required. Replace any local items with the server's version."


class Delta:
    """One answer of a delta; `write` makes a row of an item, `gone` one of what is deleted."""

    def __init__(
        self, call: Call, site: Site, of: SPList, write: Callable[[Item], Row],
        gone: Callable[[Change], Row],
    ) -> None:  # fmt: skip
        self.call, self.site, self.of = call, site, of
        self.write, self.gone = write, gone
        self.size = size_of(call)

    def answer(self, what: str) -> Row:
        """The page that the request's token leads to."""
        token = self.call.query.get("token")
        body = context(self.call, what)
        if token is not None and token.lower() == "latest":
            return body | {"value": [], "@odata.deltaLink": self._link(number=self._last)}
        state: dict[str, Any] = unpack(token) if token else {"at": self.call.now, "after": 0}
        if token:
            self._check(state)
        if "after" in state:
            return body | self._everything(int(state["after"]), state.get("n", self._last))
        return body | self._changed(int(state["n"]))

    @property
    def _last(self) -> int:
        return self.site.log.number

    def _link(self, **state: Any) -> str:
        if "number" in state:
            state = {"n": state["number"]}
        token = pack(state | {"list": self.of.id, "at": self.call.now})
        return link_to(self.call, token=token)

    def _check(self, state: dict[str, Any]) -> None:
        sharepoint = self.call.sandbox.sharepoint
        known = isinstance(state, dict) and state.get("list") == self.of.id and "at" in state
        if not known:
            raise Refusal(400, "invalidRequest", "The provided delta token is not valid.")
        if self.call.now - state["at"] > KEPT or state["n"] < self.site.log.floor:
            again = link_to(self.call, token=pack({"list": self.of.id, "at": self.call.now,
                                                   "after": 0, "n": self._last}))  # fmt: skip
            raise Refusal(410, sharepoint.resync, RESYNC, Location=again)

    def _everything(self, after: int, number: int) -> Row:
        """A page of the first read; what changes meanwhile comes after it, once more."""
        rows = [item for item in self.of.items.values() if item.id > after]
        shown = rows[: self.size]
        if after and self.call.sandbox.sharepoint.repeat_items:
            shown = [*([self.of.items[after]] if after in self.of.items else []), *shown]
        value = [self.write(item) for item in shown]
        if len(rows) > self.size:
            return {"value": value, "@odata.nextLink": self._link(after=shown[-1].id, n=number)}
        return {"value": value, "@odata.deltaLink": self._link(number=number)}

    def _changed(self, number: int) -> Row:
        lines = [
            line
            for line in self.site.log.lines
            if line.number > number and line.list_id == self.of.id and line.about == "item"
        ]
        page = lines[: self.size]
        last = {line.item_id: line for line in page}
        value = []
        for line in last.values():
            item = self.of.items.get(line.item_id)
            value.append(self.gone(line) if item is None else self.write(item))
        if len(lines) > self.size:
            return {"value": value, "@odata.nextLink": self._link(number=page[-1].number)}
        return {"value": value, "@odata.deltaLink": self._link(number=self._last)}


def _deleted(site: Site, line: Change) -> Row:
    kind = CONTENT_TYPES["folder" if line.folder else "item"]
    return {
        "id": str(line.item_id), "parentReference": {"siteId": site.graph_id},
        "contentType": {"id": kind, "name": type_name(kind)}, "deleted": {"state": "deleted"},
    }  # fmt: skip


@route("GET", "/v1.0/sites/{site}/lists/{of}/items/delta", needs=READ)
@route("GET", "/v1.0/sites/{site}/lists/{of}/items/microsoft.graph.delta()", needs=READ)
@route("GET", "/v1.0/sites/{site}/lists/{of}/items/microsoft.graph.delta", needs=READ)
def items_delta(call: Call, site: str, of: str) -> Reply:
    """What changed in a list."""
    found = site_of(call, site)
    held = list_of(found, of)
    delta = Delta(
        call, found, held, lambda item: item_row(call, found, held, item),
        lambda line: _deleted(found, line),
    )  # fmt: skip
    return delta.answer("Collection(listItem)")
