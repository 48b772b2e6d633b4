"""Rows of a list as the REST API shows them."""

from typing import Any

from cophub.sandbox.microsoft.sharepoint.asking import LOOKUPS, Ask, invalid, too_many
from cophub.sandbox.microsoft.sharepoint.odata import Many, Thing
from cophub.sandbox.microsoft.sharepoint.state import DISCUSSIONS, PAGES, Column, Item, SPList
from cophub.sandbox.microsoft.sharepoint.things import file_thing, user_thing
from cophub.sandbox.microsoft.sharepoint.values import dated, shown

LINKS = ("AttachmentFiles", "ContentType", "FieldValuesAsText", "File", "Folder", "ParentList")
ON_DEMAND = (
    "FileRef", "FileLeafRef", "FileDirRef", "UniqueId", "EncodedAbsUrl", "FSObjType",
    "FileSystemObjectType", "ServerRedirectedEmbedUri", "ServerRedirectedEmbedUrl",
    "ComplianceAssetId", "ContentTypeId", "Id", "ID", "GUID", "Created", "Modified", "AuthorId",
    "EditorId", "OData__UIVersionString", "Attachments", "CommentsDisabled", "ItemChildCount",
    "FolderChildCount", "SMTotalSize", "File_x0020_Size", "DocIcon", "LikesCount",
    "owshiddenversion",
)  # fmt: skip
_BASE = frozenset(
    ("ID", "ContentTypeId", "Modified", "Created", "Author", "Editor", "_UIVersionString",
     "Attachments", "GUID", "FileLeafRef", "ItemChildCount", "FolderChildCount", "LikesCount",
     "LikedBy")
)  # fmt: skip


def version_of(item: Item) -> str:
    """`3.0`, or `0.1` for a draft."""
    return f"{item.major}.{item.minor}"


class Rows:
    """Writes the rows of one list for one request."""

    def __init__(self, ask: Ask, of: SPList, dates: str | None = None) -> None:
        self.ask, self.of, self.site = ask, of, ask.site
        self.dates = dates or ask.site.dates
        self.columns = [c for c in of.columns.values() if c.name not in _BASE]
        self.selected = [name for name in ask.selected if name != "*"]
        self.whole = not ask.selected or "*" in ask.selected
        self.type = f"SP.Data.{of.entity}Item"
        self._check()

    def _check(self) -> None:
        """Refuse names that there are not, people that are not expanded, and too many lookups."""
        expanded = {each.split("/")[0].lower() for each in self.ask.expanded}
        lookups = set()
        for name in self.selected:
            first, _, inner = name.partition("/")
            column = self.of.column(first)
            if inner or (column is not None and column.refers and first == column.rest):
                if first.lower() not in expanded:
                    raise invalid(
                        f"The query to field '{name}' is not valid. The $select query string must "
                        "specify the target fields and the $expand query string must contains "
                        f"{first}.",
                        "-1, Microsoft.SharePoint.SPException",
                    )
                lookups.add(first.lower())
            elif column is None and first not in ON_DEMAND:
                raise invalid(f"The field or property '{first}' does not exist.")
        if len(lookups) > LOOKUPS:
            raise too_many(
                "The query cannot be completed because the number of lookup columns it contains "
                f"exceeds the lookup column threshold of {LOOKUPS}."
            )

    def thing(self, item: Item) -> Thing:
        """One row."""
        data = self._all(item)
        if not self.whole:
            more = self._more(item)
            data = {n: data[n] if n in data else more.get(n) for n in self.selected if "/" not in n}
        elif self.selected:
            more = self._more(item)
            data |= {n: more[n] for n in self.selected if n in more}
        for name in self.ask.expanded:
            if "/" not in name or name.split("/")[0].lower() not in data:
                self._expand(data, item, name.split("/")[0])
        uri = f"Web/Lists(guid'{self.of.id}')/Items({item.id})"
        return Thing(data, self.type, uri, f'"{item.version}"', LINKS)

    def _all(self, item: Item) -> dict[str, Any]:
        when, site, form = dated, self.site, self.dates
        fields = item.fields
        data: dict[str, Any] = {
            "FileSystemObjectType": 1 if item.folder else 0, "Id": item.id,
            "ServerRedirectedEmbedUri": None, "ServerRedirectedEmbedUrl": "",
            "ContentTypeId": item.content_type,
        }  # fmt: skip
        for column in self.columns:
            value = fields.get(column.name)
            data[column.key] = value if value is None else shown(site, column, value, form)
            if column.type in ("User", "UserMulti"):
                data[f"{column.rest}StringId"] = None if value is None else str(value)
        if self.of.template == DISCUSSIONS:
            data |= {"LikesCount": len(item.likes) or None}
            data["LikedById"] = [like.user for like in item.likes] or None
        elif self.of.template == PAGES:
            data["PromotedState"] = item.promoted
            published = item.first_published
            data["FirstPublishedDate"] = None if published is None else when(site, published, form)
            data["OData__ModerationStatus"] = 0 if item.minor == 0 else 3
        return data | {
            "ComplianceAssetId": None, "ID": item.id,
            "Modified": when(site, item.modified, form), "Created": when(site, item.created, form),
            "AuthorId": item.author, "EditorId": item.editor,
            "OData__UIVersionString": version_of(item), "Attachments": False, "GUID": item.guid,
        }  # fmt: skip

    def _more(self, item: Item) -> dict[str, Any]:
        """What comes only to those who ask for it by name."""
        below = [each for each in self.of.items.values() if each.dir == item.path] if (
            item.folder and {"ItemChildCount", "FolderChildCount"} & set(self.selected)
        ) else []  # fmt: skip
        return {
            "FileRef": item.path, "FileLeafRef": item.path.rsplit("/", 1)[-1],
            "FileDirRef": item.dir, "UniqueId": item.unique,
            "EncodedAbsUrl": f"{self.site.url.rsplit('/sites/', 1)[0]}{item.path}",
            "FSObjType": "1" if item.folder else "0", "CommentsDisabled": False,
            # Lookups of counts come as text.
            "ItemChildCount": str(sum(not each.folder for each in below)),
            "FolderChildCount": str(sum(each.folder for each in below)),
            "SMTotalSize": str(item.size), "File_x0020_Size": str(item.size),
            "DocIcon": item.name.rpartition(".")[2] or None, "owshiddenversion": item.version,
            "LikesCount": len(item.likes) or None,
        }  # fmt: skip

    def _expand(self, data: dict[str, Any], item: Item, name: str) -> None:
        low = name.lower()
        if low == "file":
            inner = self._inner("File")
            data["File"] = None if item.folder or not item.name else file_thing(
                self.ask, item, length_as_text=True, only=inner
            )  # fmt: skip
        elif low == "folder":
            data["Folder"] = {"ServerRelativeUrl": item.path} if item.folder else None
        elif low == "contenttype":
            data["ContentType"] = {"StringId": item.content_type}
        elif low == "fieldvaluesastext":
            data["FieldValuesAsText"] = {
                column.name: str(item.fields.get(column.name) or "") for column in self.columns
            }
        elif low == "attachmentfiles":
            data["AttachmentFiles"] = Many([])
        elif low in ("author", "editor"):
            self._person(data, name, item.author if low == "author" else item.editor)
        elif (column := self.of.column(name)) is not None and column.refers:
            self._refer(data, column, item.fields.get(column.name))
        elif low not in ("parentlist", "likedbyinformation"):
            raise invalid(f"The field or property '{name}' does not exist.")

    def _inner(self, name: str) -> list[str]:
        start = f"{name.lower()}/"
        return [n.split("/", 1)[1] for n in self.selected if n.lower().startswith(start)]

    def _person(self, data: dict[str, Any], name: str, who: int | None) -> None:
        row = self.site.users.get(who) if who is not None else None
        if row is None:
            data[name] = None
            return
        everything = user_thing(row, "").data | {
            "EMail": row.email, "Name": row.login, "JobTitle": row.job, "ID": row.id,
            "Department": None, "UserName": row.upn,
        }  # fmt: skip
        wanted = self._inner(name) or ["Title", "Id"]
        data[name] = {each: everything.get(each) for each in wanted}

    def _refer(self, data: dict[str, Any], column: Column, value: Any) -> None:
        if column.type in ("User", "UserMulti"):
            self._person(data, column.rest, value if isinstance(value, int) else None)
            return
        there = self.site.lists.get(column.lookup_list or "")
        row = there.items.get(value) if there is not None and isinstance(value, int) else None
        wanted = self._inner(column.rest) or ["Title"]
        data[column.rest] = (
            None
            if row is None
            else {n: row.id if n.lower() == "id" else row.fields.get(n) for n in wanted}
        )


__all__ = ["Rows", "version_of"]
