"""One request to a site's REST API: whose site, what is selected, and the errors in its words."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.microsoft.routes import Call
from cophub.sandbox.microsoft.sharepoint.addresses import By
from cophub.sandbox.microsoft.sharepoint.state import Column, Item, Site, SPList
from cophub.sandbox.timeline import moment

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.sharepoint import SharePoint

ARGUMENT = "-2147024809, System.ArgumentException"
FILE_NOT_FOUND = "-2130575338, Microsoft.SharePoint.SPException"
THROTTLED = "-2147024860, Microsoft.SharePoint.SPQueryThrottledException"
THRESHOLD_WORDS = (
    "The attempted operation is prohibited because it exceeds the list view threshold."
)
LOOKUPS = 12


def too_many(words: str = THRESHOLD_WORDS) -> Refusal:
    """500 as for a list that is too long for what was asked."""
    return Refusal(500, THROTTLED, words)


def missing(words: str, code: str = ARGUMENT) -> Refusal:
    """404."""
    return Refusal(404, code, words)


def invalid(words: str, code: str = "-1, Microsoft.SharePoint.SPException") -> Refusal:
    """400."""
    return Refusal(400, code, words)


class Ask:
    """A request to one site."""

    def __init__(self, call: Call, sharepoint: "SharePoint", site: Site) -> None:
        self.call, self.sp, self.site = call, sharepoint, site
        self.now = call.now
        self.root = f"{call.base}{site.path}/_api"
        self.query = {k.lower() if k[:1] == "$" else k: v for k, v in call.query.items()}

    @property
    def acts(self) -> Any:
        """What can be done to the site."""
        return self.sp.acts

    @cached_property
    def by(self) -> int:
        """The site user id of who asks: the person, or the app."""
        if (user := self.call.user) is not None:
            return self.sp.life.resolved(self.site, user)
        robot = next(row for row in self.site.users.values() if row.login.startswith("i:0i.t|"))
        return robot.id

    @cached_property
    def selected(self) -> list[str]:
        """The names in $select."""
        return [name.strip() for name in self.query.get("$select", "").split(",") if name.strip()]

    @cached_property
    def expanded(self) -> list[str]:
        """The names in $expand."""
        return [name.strip() for name in self.query.get("$expand", "").split(",") if name.strip()]

    def expands(self, name: str) -> bool:
        """Whether something is expanded, at any depth."""
        low = name.lower()
        return any(each.lower().split("/")[-1] == low for each in self.expanded)

    def body(self) -> dict[str, Any]:
        """The body without the metadata of verbose clients."""
        found = self.call.body
        return found if isinstance(found, dict) else {}

    def number(self, name: str, default: int) -> int:
        """A whole number in the query."""
        text = self.query.get(name, str(default))
        if not text.lstrip("-").isdigit():
            raise invalid(f"The expression '{name}={text}' is not valid.", ARGUMENT)
        return int(text)

    def instant(self, at: int | None) -> str | None:
        """An instant in UTC."""
        return None if at is None else f"{moment(at):%Y-%m-%dT%H:%M:%SZ}"

    # Finding things

    def list(self, by: By) -> SPList:
        """A list by id, title or path."""
        lists = self.site.lists
        if by.how == "id":
            found = lists.get(by.value.lower())
            if found is None:
                raise missing(
                    "List does not exist. The page you selected contains a list that does not "
                    "exist. It may have been deleted by another user.",
                    "-2130575322, Microsoft.SharePoint.SPException",
                )
            return found
        if by.how == "path":
            held = self.site.list_at(by.value)
            if held is None or held.root.lower() != by.value.lower().rstrip("/"):
                raise missing("File Not Found.", "-2147024894, System.IO.FileNotFoundException")
            return held
        found = self.site.list_named(by.value)
        if found is None:
            raise missing(
                f"List '{by.value}' does not exist at site with URL '{self.site.url}'.",
                "-1, System.ArgumentException",
            )
        return found

    def item(self, of: SPList, by: By) -> Item:
        """A row by its id."""
        found = of.items.get(int(by.value)) if by.value.isdigit() else None
        if found is None:
            raise missing("Item does not exist. It may have been deleted by another user.",
                          FILE_NOT_FOUND)  # fmt: skip
        return found

    def column(self, of: SPList, name: str) -> Column:
        """A column by one of its names."""
        found = of.column(name)
        if found is None:
            raise invalid(f"The field or property '{name}' does not exist.")
        return found
