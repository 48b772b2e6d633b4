"""Rows of a list by SharePoint's REST API: all by id, or those that were touched.

`$orderby=ID` pages at any size of list; a sort or filter by another column fails above 5,000 rows.
The next link is followed as it is. `$skip` is not supported: it gives the first page again.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import quote, unquote

import httpx

from cophub import Context, Json, Reject, SourceUnavailable
from cophub.connectors.microsoft.hosts import tenant_of
from cophub.connectors.sharepoint.client import answer, rest
from cophub.connectors.sharepoint.rows import FileRef, ListRef, PersonRef, Plan, Row
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.zones import instant
from cophub.error_codes import PAGING
from cophub.http import reject
from cophub.http.face import origin_of

PAGE = 5000
"""Rows of a page; the vendor gives no more."""
LONGEST_QUERY = 1900
"""Characters of a query; the vendor's servers refuse more than 2,048."""
LIBRARY = 101
SITE_PAGES = 119
BASE = (
    "Id", "GUID", "Title", "Created", "Modified", "AuthorId", "EditorId", "FileSystemObjectType",
    "ContentTypeId", "FileRef",
)  # fmt: skip
FILE = (
    "File/UniqueId", "File/Name", "File/ServerRelativeUrl", "File/Length", "File/UIVersionLabel",
    "File/Title",
)  # fmt: skip


def all_items(
    ctx: Context[Settings], of: ListRef, plan: Plan, after: int = 0
) -> Iterator[list[Json | Reject]]:
    """Pages of raw items with an id above `after`, by id; a Reject for what has no id."""
    query = {**selection(plan), "$orderby": "ID", "$top": str(PAGE)}
    if after:
        # Its own `&` and `=` must be encoded, or the vendor begins at the first page again.
        query["$skiptoken"] = f"Paged=TRUE&p_ID={after}"
    yield from _pages(ctx, of, query)


def items_by_id(
    ctx: Context[Settings], of: ListRef, plan: Plan, ids: Iterable[int]
) -> Iterator[list[Json | Reject]]:
    """Raw items with these ids, as far as they are there, in as few requests as it takes; a Reject
    for what has no id."""
    wanted = set(ids)
    chosen = selection(plan)
    room = max(200, LONGEST_QUERY - len(encoded(chosen)))
    for terms in batches(sorted(wanted), room):
        query = {**chosen, "$filter": filter_of(terms), "$orderby": "ID", "$top": str(PAGE)}
        for page in _pages(ctx, of, query):
            yield [item for item in page if isinstance(item, Reject) or id_of(item) in wanted]


def selection(plan: Plan) -> dict[str, str]:
    """`$select` and `$expand` for a plan."""
    every = "*" in plan.fields
    columns = ["*"] if every else [entity_name(name) for name in plan.fields]
    people = [f"{entity_name(name)}Id" for name in plan.people]
    lookups = [entity_name(name) for name in plan.lookups]
    select = [
        *(("FileRef",) if every else BASE),
        *columns,
        *people,
        *(f"{name}/Title" for name in lookups),
        *(FILE if plan.files else ()),
    ]
    expand = [*lookups, *(("File",) if plan.files else ())]
    query = {"$select": ",".join(dict.fromkeys(select))}
    return {**query, "$expand": ",".join(expand)} if expand else query


def entity_name(internal: str) -> str:
    """What the REST API calls a column: it puts `OData_` before a name that begins with `_`."""
    return f"OData_{internal}" if internal.startswith("_") else internal


def encoded(query: dict[str, str]) -> str:
    """A query as it goes out."""
    return "&".join(f"{name}={quote(value, safe='$,/*')}" for name, value in query.items())


def id_of(item: Json) -> int:
    """The id of a raw item. Raises KeyError, TypeError or ValueError where it has none."""
    return int(item["Id"] if "Id" in item else item["ID"])


def ids_of(items: Iterable[Json | Reject]) -> list[int]:
    """The ids of those that have one."""
    return [id_of(item) for item in items if not isinstance(item, Reject)]


def _with_id(item: Any) -> Json | Reject:
    try:
        id_of(item)
    except (LookupError, TypeError, ValueError) as error:
        return reject(item, error)
    found: Json = item
    return found


def _pages(
    ctx: Context[Settings], of: ListRef, query: dict[str, str]
) -> Iterator[list[Json | Reject]]:
    client = rest(ctx, of.site.url)
    path = f"web/lists(guid'{of.id}')/items?{encoded(query)}"
    request = client.build_request("GET", path)
    last = 0
    while True:
        page = answer(client.send(request), of.site.url)
        rows = page["value"] if "value" in page else page.get("results") or []
        items = [_with_id(row) for row in rows]
        if items:
            ids = ids_of(items)
            if min(ids, default=last + 1) <= last:
                raise SourceUnavailable(
                    f'the list "{of.title}" of {of.site.url} gave a page twice: its paging does'
                    " not go on; the next run tries again from the last checkpoint",
                    code=PAGING,
                )
            last = max(ids, default=last)
            yield items
        link = page.get("odata.nextLink") or page.get("@odata.nextLink") or page.get("__next")
        if not link or not items:
            return
        request = _next(client, str(link), of)


def _next(client: httpx.Client, link: str, of: ListRef) -> httpx.Request:
    """The request for a next link, which must not lead the token away."""
    target = client.base_url.join(link)
    if origin_of(target) != origin_of(client.base_url):
        raise SourceUnavailable(
            f'a next link of the list "{of.title}" leaves {client.base_url.host} for'
            f" {target.host}; it was not followed. If both are Microsoft's, set base_url to the"
            " one that its links name",
            code=PAGING,
        )
    return client.build_request("GET", target)


# --- Which ids to ask for in one request ---

Term = tuple[int, int]
"""Ids from the first to the second, both included."""


def batches(ids: Sequence[int], room: int = 1400) -> list[list[Term]]:
    """The fewest requests that cover `ids` (sorted): the terms of each filter.

    A filter fits in `room` characters and matches no more rows than a page has. As long as one
    request is enough it asks for no other rows; beyond that, gaps are read along, and dropped.
    """
    exact = _exact(ids, room)
    if len(exact) <= 1:
        return exact
    covering = _covering(ids, max(1, room // _longest(ids)))
    return covering if len(covering) < len(exact) else exact


def filter_of(terms: Sequence[Term]) -> str:
    """`Id eq 5 or (Id ge 7 and Id le 9)`."""
    return " or ".join(_words(term) for term in terms)


def _words(term: Term) -> str:
    first, last = term
    return f"Id eq {first}" if first == last else f"(Id ge {first} and Id le {last})"


def _length(term: Term) -> int:
    return len(quote(f" or {_words(term)}"))


def _longest(ids: Sequence[int]) -> int:
    return _length((ids[-1] - 1, ids[-1]))


def _runs(ids: Sequence[int]) -> list[Term]:
    """Ids that follow one another, together."""
    runs: list[Term] = []
    for one in ids:
        if runs and one <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], one)
        else:
            runs.append((one, one))
    return runs


def _exact(ids: Sequence[int], room: int) -> list[list[Term]]:
    found: list[list[Term]] = []
    left = rows = 0
    for run in _runs(ids):
        for first in range(run[0], run[1] + 1, PAGE):
            term = (first, min(run[1], first + PAGE - 1))
            size, width = _length(term), term[1] - term[0] + 1
            if not found or size > left or rows + width > PAGE:
                found.append([])
                left, rows = room, 0
            found[-1].append(term)
            left -= size
            rows += width
    return found


def _covering(ids: Sequence[int], most: int) -> list[list[Term]]:
    """Requests of up to `most` terms each, which leave out the widest gaps."""
    found: list[list[Term]] = []
    start = 0
    while start < len(ids):
        terms = _reach(ids, start, most)
        found.append(terms)
        end = terms[-1][1]
        while start < len(ids) and ids[start] <= end:
            start += 1
    return found


def _reach(ids: Sequence[int], start: int, most: int) -> list[Term]:
    """The terms of one request from `ids[start]` on, as far as one page of rows goes."""
    kept: list[tuple[int, int]] = []  # the widest gaps so far, as (width, index of the id after)
    left_out, end = 0, start
    for at in range(start + 1, len(ids)):
        gap = (ids[at] - ids[at - 1] - 1, at)
        trial_out = left_out + gap[0]
        if len(kept) == most - 1:
            trial_out -= min(gap, kept[0])[0] if kept else gap[0]
        if ids[at] - ids[start] + 1 - trial_out > PAGE:
            break
        left_out, end = trial_out, at
        if len(kept) < most - 1:
            heapq.heappush(kept, gap)
        elif kept:
            heapq.heappushpop(kept, gap)
    cuts = sorted(at for width, at in kept if width and at <= end)
    bounds = [start, *cuts, end + 1]
    return [(ids[low], ids[high - 1]) for low, high in pairwise(bounds)]


# --- From an item to a Row ---


def row_of(item: Json, ctx: Context[Settings], of: ListRef, plan: Plan) -> Row:
    """The row of a raw item. Raises what parsing raises."""
    path = item.get("FileRef")
    file = _file_of(item.get("File")) if plan.files else None
    folder = int(item.get("FileSystemObjectType") or 0) == 1
    return Row(
        list=of,
        id=id_of(item),
        guid=str(item["GUID"]).lower() if item.get("GUID") else None,
        title=item.get("Title"),
        created=instant(ctx, of.site, item.get("Created")),
        modified=instant(ctx, of.site, item.get("Modified")),
        author=_person(item.get("AuthorId")),
        editor=_person(item.get("EditorId")),
        folder=folder,
        content_type=_content_type(item.get("ContentTypeId")),
        url=address(of, id_of(item), file.path if file else path, folder=folder),
        path=path,
        file=file,
        fields=_fields(item, plan),
        persons={name: _people(item.get(f"{entity_name(name)}Id")) for name in plan.people},
    )


def address(of: ListRef, item_id: int, path: str | None, *, folder: bool = False) -> str | None:
    """Where a person opens a row: its file or folder, or the form that shows it."""
    host = tenant_of(of.site.url)
    if path and (folder or of.template in (LIBRARY, SITE_PAGES)):
        return f"{host}{quote(path)}"
    return f"{host}{quote(of.root_url)}/DispForm.aspx?ID={item_id}" if of.root_url else None


def _fields(item: Json, plan: Plan) -> dict[str, Any]:
    if "*" in plan.fields:
        return {_internal(name): value for name, value in item.items()}
    found = {name: item.get(entity_name(name)) for name in plan.fields}
    return {**found, **{name: _titles(item.get(entity_name(name))) for name in plan.lookups}}


def _internal(name: str) -> str:
    return name.removeprefix("OData_") if name.startswith("OData__") else name


def _titles(value: Any) -> Any:
    """What a lookup shows: the title of the row it points at, or of each."""
    if isinstance(value, dict) and "results" in value:
        value = value["results"]
    if isinstance(value, list):
        return [_titles(one) for one in value]
    return value.get("Title") if isinstance(value, dict) else value


def _person(value: Any) -> PersonRef | None:
    return PersonRef(id=int(value)) if value else None


def _people(value: Any) -> tuple[PersonRef, ...]:
    if isinstance(value, dict):
        value = value.get("results")
    values = value if isinstance(value, list) else [value]
    return tuple(PersonRef(id=int(one)) for one in values if one)


def _content_type(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("StringValue")
    return str(value or "")


def _file_of(found: Any) -> FileRef | None:
    """The file of an item (SP.File); a folder has none."""
    if not isinstance(found, dict) or not found.get("ServerRelativeUrl"):
        return None
    path = str(found["ServerRelativeUrl"])
    length = found.get("Length")
    return FileRef(
        unique_id=str(found["UniqueId"]).lower() if found.get("UniqueId") else None,
        name=str(found.get("Name") or unquote(path.rpartition("/")[2])),
        path=path,
        # A number in one format, text in another.
        size=int(length) if length not in (None, "") else None,
        version=found.get("UIVersionLabel"),
        title=found.get("Title") or None,
    )
