"""How a list goes on from one page to the next, and when it ends."""

from typing import Annotated, Any, Literal

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cophub.connectors.rest.places import checked, found
from cophub.http.paging import different

Place = Annotated[str, AfterValidator(checked)]
"""A JMESPath expression."""
Next = dict[str, Any] | str | None
"""What the next page is asked with: parameters, a link, or None after the last page."""
Rows = list[Any]


class _Paginator(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def first(self) -> dict[str, Any]:
        """The parameters of the first page."""
        return {}

    def after(self, answer: httpx.Response, page: Any, rows: Rows, asked: dict[str, Any]) -> Next:
        """What follows a page, as it was answered, with its rows."""
        raise NotImplementedError


class SinglePage(_Paginator):
    """The whole list in one answer."""

    type: Literal["single_page"] = "single_page"

    def after(self, answer: httpx.Response, page: Any, rows: Rows, asked: dict[str, Any]) -> Next:
        return None


class _Counted(_Paginator):
    limit: int | None = Field(None, ge=1, description="How many rows a page is asked to have.")
    limit_param: str = Field("limit", description="The parameter that says so.")
    total_path: Place | None = Field(None, description="Where the answer says how many there are.")

    def _size(self) -> dict[str, Any]:
        return {self.limit_param: self.limit} if self.limit else {}

    def _total(self, page: Any) -> int | None:
        total = found(self.total_path, page) if self.total_path else None
        return total if isinstance(total, int) and not isinstance(total, bool) else None


class PageNumber(_Counted):
    """`?page=2`; ends with an empty page, or with the last of `total_path` pages."""

    type: Literal["page_number"]
    page_param: str = Field("page", description="The parameter with the page's number.")
    base_page: int = Field(1, ge=0, description="The number of the first page.")
    total_path: Place | None = Field(None, description="Where the answer says how many pages.")

    def first(self) -> dict[str, Any]:
        return {self.page_param: self.base_page, **self._size()}

    def after(self, answer: httpx.Response, page: Any, rows: Rows, asked: dict[str, Any]) -> Next:
        number = int(asked[self.page_param]) + 1
        total = self._total(page)
        ended = not rows if total is None else number - self.base_page >= total
        return None if ended else {self.page_param: number}


class Offset(_Counted):
    """`?offset=100&limit=50`; ends with an empty page, or with `total_path` rows."""

    type: Literal["offset"]
    offset_param: str = Field("offset", description="The parameter with the rows before.")

    def first(self) -> dict[str, Any]:
        return {self.offset_param: 0, **self._size()}

    def after(self, answer: httpx.Response, page: Any, rows: Rows, asked: dict[str, Any]) -> Next:
        # Were a row that comes twice on a page counted twice, others would be passed over for it.
        done = int(asked[self.offset_param]) + different(rows)
        total = self._total(page)
        ended = not rows or (total is not None and done >= total)
        return None if ended else {self.offset_param: done}


class CursorInAnswer(_Paginator):
    """A token in the answer that asks for the next page; no token ends it."""

    type: Literal["cursor"]
    cursor_path: Place = Field(description="Where the answer has the token.")
    cursor_param: str = Field(description="The parameter that takes it.")

    def after(self, answer: httpx.Response, page: Any, rows: Rows, asked: dict[str, Any]) -> Next:
        token = found(self.cursor_path, page)
        if token in (None, "", False) or isinstance(token, list | dict | bool):
            return None
        return {self.cursor_param: token}


class HeaderLink(_Paginator):
    """`Link: <...>; rel="next"` of the answer's headers; no link ends it."""

    type: Literal["header_link"]
    links_next_key: str = Field("next", description="The link's `rel`.")

    def after(self, answer: httpx.Response, page: Any, rows: Rows, asked: dict[str, Any]) -> Next:
        link = answer.links.get(self.links_next_key)
        return (link or {}).get("url") or None


class JsonLink(_Paginator):
    """The next page's address in the answer; no address ends it."""

    type: Literal["json_link"]
    next_url_path: Place = Field(description="Where the answer has the address.")

    def after(self, answer: httpx.Response, page: Any, rows: Rows, asked: dict[str, Any]) -> Next:
        link = found(self.next_url_path, page)
        return link if isinstance(link, str) and link else None


class LastId(_Paginator):
    """Rows after the last one's id: `?after=1234`; ends with an empty page."""

    type: Literal["last_id"]
    id_path: Place = Field("id", description="Where a row has its id.")
    id_param: str = Field(description="The parameter that takes it.")
    limit: int | None = Field(None, ge=1, description="How many rows a page is asked to have.")
    limit_param: str = Field("limit", description="The parameter that says so.")

    def first(self) -> dict[str, Any]:
        return {self.limit_param: self.limit} if self.limit else {}

    def after(self, answer: httpx.Response, page: Any, rows: Rows, asked: dict[str, Any]) -> Next:
        for row in reversed(rows):
            last = found(self.id_path, row)
            if isinstance(last, str | int) and last != "":
                return {self.id_param: last}
        if rows and not (self.limit and len(rows) < self.limit):
            raise ValueError(f"no row of a page has `{self.id_path}`, so the next is unknown")
        return None


Paginator = Annotated[
    SinglePage | PageNumber | Offset | CursorInAnswer | HeaderLink | JsonLink | LastId,
    Field(discriminator="type"),
]
KINDS: tuple[type[_Paginator], ...] = (
    SinglePage, PageNumber, Offset, CursorInAnswer, HeaderLink, JsonLink, LastId,
)  # fmt: skip

__all__ = ["KINDS", "CursorInAnswer", "HeaderLink", "JsonLink", "LastId", "Next", "Offset",
           "PageNumber", "Paginator", "Place", "SinglePage"]  # fmt: skip
