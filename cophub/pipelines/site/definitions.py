"""What each figure of the site counts, in the words that stand beside it."""

from cophub.pipelines.site.model import Definition
from cophub.warehouse.definitions import MEASURES, MONTH_KINDS

ACTIVE_DAYS = 90

_OWN = (
    Definition(
        "members", "Members",
        "Distinct persons with an active membership of any space that serves the community, as of"
        " the last reading; all communities together count a person once.",
    ),
    Definition(
        "active_now", "Active people",
        f"Distinct persons with at least one contribution (a post, an answer, a document,"
        f" organising an event) in the {ACTIVE_DAYS} days before this page was made.",
    ),
    Definition(
        "last_activity", "Last activity",
        "The day of the newest act of any member that was read: posting, reacting, attending,"
        " opening, clicking, joining, contributing or organising.",
    ),
    Definition(
        "last_active", "Last active",
        "The month of the person’s newest act of any kind that was read.",
    ),
    Definition("active", "Contributed", "Persons by month: who made any contribution (a post, an"
               " answer, a document, organising an event)."),
    Definition("engaged", "Did anything", "Persons by month: who did any act, reading a newsletter"
               " and attending among them."),
    Definition("joins", "Joined", f"Persons by month; {MONTH_KINDS['joins']}."),
    Definition("left", "Left", f"Persons by month; {MONTH_KINDS['left']}."),
    Definition("posts", "Posts", f"By month: {MONTH_KINDS['posts']}."),
    Definition("attendance", "Attendance", f"By month: {MONTH_KINDS['attendance']}."),
    Definition("opens", "Newsletters opened", f"By month: {MONTH_KINDS['opens']}."),
    Definition("reactions", "Reactions", f"By month: {MONTH_KINDS['reactions']}."),
    Definition("documents", "Documents", f"By month: {MONTH_KINDS['documents']}."),
    Definition("native", "Vendor counts", "Members of all spaces of the source by the vendor’s own"
               " count, where it gives one for every space."),
    Definition("kept", "Kept", "Active memberships of those spaces in the warehouse. The two differ"
               " by items that were not understood, members out of scope and erased people."),
    Definition("rejected", "Not understood", "Items of the latest run that could not be read; each"
               " is kept with its reason, see `cophub rejects`."),
)  # fmt: skip

DEFINITIONS: dict[str, Definition] = {
    each.name: each
    for each in (
        *_OWN[:4],
        *(Definition(m.name, m.label[:1].upper() + m.label[1:], m.definition) for m in MEASURES),
        *_OWN[4:],
    )
}
"""By name, in the order of the page's definitions section."""
