"""How sites are used: visits, which nobody logs one by one, and the acts in the change log."""

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from cophub.sandbox.microsoft.graph.reports import SiteUse
from cophub.sandbox.microsoft.sharepoint.changelog import (
    ADD,
    DELETE,
    MOVE_AWAY,
    MOVE_INTO,
    RENAME,
    RESTORE,
    UPDATE,
)
from cophub.sandbox.microsoft.sharepoint.state import LIBRARY, PAGES, Site
from cophub.sandbox.world import DAY

if TYPE_CHECKING:
    from cophub.sandbox.microsoft import MicrosoftSandbox

WORDS = {
    ADD: "create", RESTORE: "create", UPDATE: "edit", DELETE: "delete", RENAME: "move",
    MOVE_AWAY: "move", MOVE_INTO: "move",
}  # fmt: skip


def visits(site: Site, day: int) -> tuple[int, int]:
    """Visits of a site, and visitors, on a day (in days since 1970)."""
    chance = Random(f"{site.id}/{day}")
    weekend = day % 7 in (2, 3)
    actions = chance.randint(0, 8 if weekend else 60)
    return actions, (actions + 2) // 3


def item_visits(unique: str, day: int) -> tuple[int, int]:
    """Views of a page or file, and viewers, on a day."""
    actions = max(0, Random(f"{unique}/{day}").randint(-4, 5))
    return actions, (actions + 1) // 2


def acts_by_day(site: Site, start: int, end: int) -> dict[int, dict[str, tuple[int, int]]]:
    """By day (since 1970) and word (create, edit, delete, move): acts, and who acted."""
    counts: dict[int, Counter[str]] = {}
    actors: dict[tuple[int, str], set[str]] = {}
    for line in site.log.lines:
        if start <= line.at < end and line.about == "item" and line.kind in WORDS:
            day, word = line.at // DAY, WORDS[line.kind]
            counts.setdefault(day, Counter())[word] += 1
            actors.setdefault((day, word), set()).add(line.editor)
    return {
        day: {word: (number, len(actors[day, word])) for word, number in words.items()}
        for day, words in counts.items()
    }


def site_use(sandbox: "MicrosoftSandbox", site: Site, start: int, end: int) -> SiteUse:
    """A site's figures for the usage report."""
    libraries = [each for each in site.lists.values() if each.template in (LIBRARY, PAGES)]
    files = [item for each in libraries for item in each.items.values() if not item.folder]
    views = [visits(site, day)[0] for day in range(start // DAY, end // DAY)]
    last = next((line.at for line in reversed(site.log.lines) if line.at < end), None)
    return SiteUse(
        site.id, len(files), sum(start <= item.modified < end for item in files), sum(views),
        min(len(files), sum(views)), sum(item.size for item in files), last,
    )  # fmt: skip
