"""For whom a site is made: what its readers may be told, and in which folder it lies.

A space is `public`, for `members`, or `secret`; of one that does not say it, the visibility is "".
What is in a secret space, and what it is called, is told to nobody.
"""

from dataclasses import dataclass

from cophub.pipelines.site.formats import Cell, cell
from cophub.pipelines.site.settings import Name

OPEN = ("public",)
KNOWN = ("public", "members", "")


@dataclass(frozen=True)
class Audience:
    """What readers of one folder may be told."""

    name: str
    """Empty where the site has one audience and stands in the site folder itself."""
    spaces: tuple[str, ...]
    """Spaces of these visibilities are named."""
    threads: tuple[str, ...]
    """Threads of these are shown by their titles."""
    newsletters: tuple[str, ...]
    directory: bool = True
    """Whether people are named at all."""
    trusted: bool = False
    """Whether figures about few people, and people who are not listed, are shown."""

    @property
    def folder(self) -> str:
        return f"{self.name}/" if self.name else ""

    @property
    def brokers(self) -> bool:
        """Whether they are told who stands between communities, who is a person by name."""
        return self.trusted and self.directory

    def cell(
        self, value: float | None, people: float | None, unit: str = "", reason: str = ""
    ) -> Cell:
        """The figure as these readers may know it, `people` being how many it is about."""
        return cell(value, None if self.trusted else people, unit, reason)


ONE = Audience("", spaces=KNOWN, threads=OPEN, newsletters=KNOWN)
"""The only audience of a site that has no folders for several."""

AUDIENCES: dict[Name, Audience] = {
    "public": Audience("public", spaces=OPEN, threads=OPEN, newsletters=OPEN),
    # Members of one community are strangers in the private spaces of another.
    "members": Audience("members", spaces=KNOWN, threads=OPEN, newsletters=KNOWN),
    "facilitators": Audience(
        "facilitators", spaces=KNOWN, threads=KNOWN, newsletters=KNOWN, trusted=True
    ),
}
"""From the widest to the narrowest."""
