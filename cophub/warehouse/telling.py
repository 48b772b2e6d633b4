"""When a figure tells of fewer than 5 people though it is about more: the rule, in SQL.

A measure knows how many people it is about. Some tell, with the figures beside them, how many
others are: who is active again tells who is not. The view `measure_community` counts such a figure
as small, and whoever publishes figures hides what is small.
"""

from cophub.warehouse.definitions import SMALL


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


_AGAIN = "m.value * active.previous / 100"
_LOST, _NEW = f"active.previous - {_AGAIN}", f"active.value - {_AGAIN}"
_EVERYBODY = "active.value * (1 - gini_active.value) / (1 - m.value)"
_SILENT, _GUESTS = f"{_EVERYBODY} - active.value", f"{_EVERYBODY} - members.value"

TELLS_OF_FEW = f"""CASE m.measure
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
"""A condition on a row `m` of the table `measure`."""

__all__ = ["TELLS_OF_FEW"]
