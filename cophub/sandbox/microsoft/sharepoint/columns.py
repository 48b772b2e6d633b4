"""The columns that lists are born with, by template, and those of the members list."""

from typing import Any

from cophub.sandbox.microsoft.sharepoint.state import (
    DISCUSSIONS,
    EVENTS,
    LIBRARY,
    PAGES,
    Column,
    encode_name,
)

CONTENT_TYPES = {
    "item": "0x0100", "document": "0x0101", "folder": "0x0120", "event": "0x0102",
    "topic": "0x012002", "message": "0x0107",
    "page": "0x0101009D1CB255DA76424F860D91F20E6C4118",
}  # fmt: skip
TYPE_NAMES = (
    ("0x012002", "Discussion"), ("0x0120", "Folder"), ("0x0107", "Message"), ("0x0102", "Event"),
    ("0x0101009D1CB255DA76424F860D91F20E6C4118", "Site Page"), ("0x0101", "Document"),
    ("0x01", "Item"),
)  # fmt: skip


def type_name(content_type: str) -> str:
    """What a content type is called."""
    return next(name for start, name in TYPE_NAMES if content_type.startswith(start))


def born(name: str, type: str = "Text", title: str = "", **more: Any) -> Column:
    """A column that every list of a template has."""
    return Column(name, title or name, type, own=False, **more)


def _base() -> list[Column]:
    return [
        born("ID", "Counter", indexed=True, read_only=True),
        born("ContentTypeId", "ContentTypeId", "Content Type ID", read_only=True, hidden=True),
        born("Title"),
        born("Modified", "DateTime", read_only=True),
        born("Created", "DateTime", read_only=True),
        born("Author", "User", "Created By", read_only=True),
        born("Editor", "User", "Modified By", read_only=True),
        born("_UIVersionString", "Text", "Version", read_only=True),
        born("Attachments", "Boolean"),
        born("GUID", "Guid", "GUID", read_only=True, hidden=True),
    ]


def _events() -> list[Column]:
    return [
        born("Location"), born("EventDate", "DateTime", "Start Time", indexed=True),
        born("EndDate", "DateTime", "End Time", indexed=True), born("Description", "Note"),
        born("fAllDayEvent", "AllDayEvent", "All Day Event"),
        born("fRecurrence", "Recurrence", "Recurrence"),
        born("RecurrenceData", "Note", hidden=True), born("EventType", "Integer", hidden=True),
        born("MasterSeriesItemID", "Integer", hidden=True),
        born("RecurrenceID", "DateTime", "Recurrence ID", hidden=True),
        born("UID", "Guid", hidden=True), born("Duration", "Integer", hidden=True),
        born("TimeZone", "Integer", hidden=True), born("XMLTZone", "Note", hidden=True),
        born("Category", "Choice"),
    ]  # fmt: skip


def _discussions() -> list[Column]:
    return [
        born("Body", "Note"), born("ParentItemID", "Integer", hidden=True),
        born("ParentFolderId", "Integer", hidden=True),
        born("DiscussionLastUpdated", "DateTime", "Last Updated", indexed=True),
        born("ItemChildCount", "Computed", "Item Child Count", read_only=True),
        born("FolderChildCount", "Computed", "Folder Child Count", read_only=True),
        born("LikesCount", "Integer", "Number of Likes", read_only=True),
        born("LikedBy", "UserMulti", "Liked By", read_only=True),
        born("IsFeatured", "Boolean"), born("IsQuestion", "Boolean", "Question"),
        born("BestAnswerId", "Integer", hidden=True),
    ]  # fmt: skip


def _library() -> list[Column]:
    return [born("FileLeafRef", "File", "Name"), born("_CopySource", "Text", "Copy Source")]


def _pages() -> list[Column]:
    return [
        *_library(), born("Description", "Note"),
        born("PromotedState", "Number", "Promoted State"),
        born("FirstPublishedDate", "DateTime", "First Published Date"),
        born("CanvasContent1", "Note", "Authoring Canvas Content"),
        born("BannerImageUrl", "URL", "Banner Image URL"),
        born("_AuthorByline", "UserMulti", "Author Byline"),
        born("_TopicHeader", "Text", "Topic header"),
        born("_ModerationStatus", "Integer", "Approval Status"),
    ]  # fmt: skip


_OF = {EVENTS: _events, DISCUSSIONS: _discussions, LIBRARY: _library, PAGES: _pages}


def columns_of(template: int) -> dict[str, Column]:
    """The columns of a new list."""
    more = _OF[template]() if template in _OF else []
    return {column.name: column for column in [*_base(), *more]}


def members_columns(regions: str) -> list[Column]:
    """The columns of a membership list; `regions` is the id of the list that one looks up."""
    wanted = (
        ("E-mail", "Text"), ("Organisation", "Text"), ("Country", "Text"),
        ("Start Date", "DateTime"), ("End Date", "DateTime"), ("Role", "Choice"),
        ("Person", "User"), ("1st language", "Text"), ("Interests", "MultiChoice"),
        ("Region", "Lookup"), ("Paid up?", "Boolean"),
    )  # fmt: skip
    made = [Column(encode_name(title), title, type) for title, type in wanted]
    for column in made:
        column.bare = column.type == "DateTime"
        column.lookup_list = regions if column.type == "Lookup" else None
        if column.type == "Choice":
            column.choices = ("Member", "Facilitator", "Core group")
        elif column.type == "MultiChoice":
            column.choices = ("Indicators", "Data quality", "Policy", "Training")
    return made
