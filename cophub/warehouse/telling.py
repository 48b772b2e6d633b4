"""When a figure tells of fewer than 5 people though it is about more: the rule, in SQL.

A measure knows how many people it is about. Some tell, with the figures beside them, how many
others are: who is active again tells who is not, and who opened an e-mail who did not. The views
`measure_quarter` and `measure_community` count such a figure as small, and whoever publishes
figures hides what is small.
"""

from collections.abc import Mapping

from cophub.warehouse.definitions import SMALL, Group


def _few(people: str) -> str:
    return f"round({people}) BETWEEN 1 AND {SMALL - 1}"


def _beside(condition: str, *more: str) -> str:
    """Whether the active people of the quarter, and other figures of it, fulfil a condition."""
    joins = " ".join(
        f"JOIN measure {name} ON {name}.version = active.version"
        f" AND {name}.community = active.community AND {name}.quarter = active.quarter"
        f" AND {name}.measure = '{name}'"
        for name in more
    )
    return (
        f"EXISTS (SELECT 1 FROM measure active {joins}\n"
        "    WHERE active.version = m.version AND active.community = m.community\n"
        "      AND active.quarter = m.quarter AND active.measure = 'active'\n"
        f"      AND ({condition}))"
    )


def about(part: int, whole: int) -> int:
    """About how few people a share tells: all, those of whom it is true, or those of whom not."""
    return min((each for each in (part, whole - part) if each > 0), default=whole)


_AGAIN = "m.value * active.previous / 100"
_LOST, _NEW = f"active.previous - {_AGAIN}", f"active.value - {_AGAIN}"
_EVERYBODY = "active.value * (1 - gini_active.value) / (1 - m.value)"
_SILENT, _GUESTS = f"{_EVERYBODY} - active.value", f"{_EVERYBODY} - members.value"

_OPENED = "m.value * emails.value / 100"
_OF_EMAILS = f"""EXISTS (SELECT 1 FROM measure emails
    WHERE emails.version = m.version AND emails.community = m.community
      AND emails.quarter = m.quarter AND emails.measure = 'emails_sent'
      AND ({_few(_OPENED)} OR {_few(f"emails.value - {_OPENED}")}))"""

_OF_QUARTERS = f"""CASE m.measure
  -- who opened an e-mail or clicked in it, and who did not
  WHEN 'opened_percent' THEN {_OF_EMAILS}
  WHEN 'clicked_percent' THEN {_OF_EMAILS}
  ELSE FALSE END"""
_OF_COMMUNITIES = f"""CASE m.measure
  -- the most active tenth, rounded up
  WHEN 'top_tenth_percent' THEN
    {_beside(f"active.value BETWEEN 1 AND {10 * (SMALL - 1)}")}
  -- who is active again, who is not any more, who is anew
  WHEN 'retention_percent' THEN
    {_beside(f"{_few(_AGAIN)} OR {_few(_LOST)} OR {_few(_NEW)}")}
  -- silent members, and who is active and no member: both coefficients tell how many people in all
  WHEN 'gini_members' THEN m.value < 1 AND
    {_beside(f"{_few(_SILENT)} OR {_few(_GUESTS)}", "members", "gini_active")}
  ELSE FALSE END"""

TELLS_OF_FEW: Mapping[Group, str] = {"quarter": _OF_QUARTERS, "community": _OF_COMMUNITIES}
"""A condition on a row `m` of the table `measure`, by the group of its measure."""

__all__ = ["TELLS_OF_FEW", "about"]
