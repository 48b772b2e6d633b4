"""How a path below `/3.0` finds its answer, and what all answers share."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from cophub.sandbox.mailchimp.fields import chosen, tree
from cophub.sandbox.mailchimp.params import Params
from cophub.sandbox.mailchimp.problems import Problem
from cophub.sandbox.mailchimp.rows import Row, resource_links
from cophub.sandbox.mailchimp.state import Audience, Campaign

if TYPE_CHECKING:
    from cophub.sandbox.mailchimp import MailchimpSandbox

Answer = Callable[..., Row | bytes]
_ROUTES: list[tuple[re.Pattern[str], str, Answer]] = []
"""Filled by `lists.py` and `campaigns.py`, which hold the endpoints."""


def route(pattern: str, method: str = "GET") -> Callable[[Answer], Answer]:
    """The function answers a method of paths such as `/lists/{audience}`; braces are arguments."""
    regex = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))

    def keep(function: Answer) -> Answer:
        _ROUTES.append((regex, method, function))
        return function

    return keep


class Call:
    """One request being answered."""

    def __init__(
        self, sandbox: "MailchimpSandbox", query: dict[str, str], base: str, body: bytes = b""
    ) -> None:
        self.sandbox = sandbox
        self.params = Params(query)
        self.content = body
        self.base = base
        self.now = sandbox.timeline.now

    def audience(self, list_id: str) -> Audience:
        """The audience, or a 404."""
        if (found := self.sandbox.by_list.get(list_id)) is None:
            raise Problem(404)
        return found

    def campaign(self, campaign_id: str, *, sent: bool = False) -> Campaign:
        """The campaign, or a 404; with `sent`, an unsent one has none either."""
        found = next((c for c in self.sandbox.campaigns() if c.id == campaign_id), None)
        if found is None or (sent and not found.sent):
            raise Problem(404)
        return found

    def page(self, name: str, items: list[Row], path: str, **more: Any) -> Row:
        """A page of `items` with the count of all."""
        offset, count = self.params.page
        links = resource_links(self.base, path, "Collection")
        return {
            name: items[offset : offset + count],
            **more,
            "total_items": len(items),
            "_links": links,
        }


def dispatch(call: Call, path: str, method: str = "GET") -> bytes:
    """The JSON for a path below `/3.0`; raises Problem."""
    found = [(match, verb, function) for regex, verb, function in _ROUTES
             if (match := regex.fullmatch(path))]  # fmt: skip
    for match, verb, function in found:
        if verb == method:
            answer = function(call, **match.groupdict())
            if isinstance(answer, bytes):
                return answer
            raw = call.params.raw
            include, exclude = tree(raw.get("fields", "")), tree(raw.get("exclude_fields", ""))
            if include or exclude:
                answer = chosen(answer, include or None, exclude)
            return msgspec.json.encode(answer)
    if found:
        raise Problem(405, Allow=", ".join(sorted({verb for _, verb, _ in found})))
    raise Problem(404)


def within(value: int, after: int | None, before: int | None) -> bool:
    """Whether an instant lies between two others; the vendor's bounds are taken as exclusive."""
    return (after is None or value > after) and (before is None or 0 < value < before)
