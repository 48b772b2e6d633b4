"""What all communities together tell beside one of them, where people count once.

All together less one community are those who are in others only, and the sum of all communities
less all together those who are in several, once more for each. Neither may be about few people.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace

from cophub.pipelines.site.formats import ABSENT, WITHHELD, Cell, few
from cophub.pipelines.site.model import Site

Figures = Mapping[str, MutableMapping[str, Cell]]
"""Cells by month, or by measure."""
DISTINCT = ("attendees", "people", "people_as_known", "organizations", "active", "engaged")
"""People of several communities count once in all together: that is no sum, but a least."""
ALIKE = (("members", "people_total"), ("people", "people_as_known"))
"""Figures that are the same, or nearly so: of two there is none where the other is hidden."""
ONCE = (*DISTINCT, *(name for names in ALIKE for name in names))
OF_EMAILS = ("opened_percent", "clicked_percent")
"""Shares of the e-mails that were delivered."""
OF_PEOPLE = ("people", "members")
"""Who joined and left makes these out of those of the quarter before."""
_ROUNDED = 0.005
"""Shares of 0 to 1 are published with two decimals."""


def tells_few(total: Cell, parts: Iterable[Cell]) -> bool:
    """Whether all together and some of its parts tell how many few others are."""
    if total.value is None:
        return False
    told = [*parts]
    shown = [each.value for each in told if each.value]
    several = 0 if any(each.hidden for each in told) else sum(shown) - total.value
    return few(several) or any(few(total.value - value) for value in shown)


def withhold_together(quarters: Mapping[str, Figures], months: Mapping[str, Figures]) -> None:
    """Hide figures of all together that tell of few; changes the cells of both."""
    for quarter, told in quarters.get("", {}).items():
        theirs = [each.get(quarter, {}) for community, each in quarters.items() if community]
        for name in ONCE:
            of = "members" if name == "people_total" else name
            if tells_few(told.get(name, ABSENT), (each.get(of, ABSENT) for each in theirs)):
                told[name] = WITHHELD
        offices = (each.get("organizations", ABSENT) for each in theirs)
        if told.get("organizations", ABSENT).value == 1 and any(each.hidden for each in offices):
            told["organizations"] = WITHHELD  # it is that of the few people of a community, too
        _withhold_several(told, [each.get("members", ABSENT) for each in theirs])
        for pair in ALIKE:
            if any(told.get(name, ABSENT).hidden for name in pair):
                _hide(told, pair)
    withhold_flows(quarters.get("", {}))
    for kind, by_month in months.get("", {}).items():
        for month, cell in by_month.items() if kind in DISTINCT else ():
            parts = (each.get(kind, {}).get(month, ABSENT)
                     for community, each in months.items() if community)  # fmt: skip
            if tells_few(cell, parts):
                by_month[month] = WITHHELD


def _withhold_several(told: MutableMapping[str, Cell], members: Sequence[Cell]) -> None:
    """Of two communities, who is in several is in both: the others of each are in it alone."""
    several = told.get("people_in_several", ABSENT).value
    if several is None or len(members) != 2:
        return
    if any(few(each.value - several) for each in members if each.value is not None):
        _hide(told, ("people_in_several", "people_total", "members"))


def withhold_ceilings(quarters: Mapping[str, Figures]) -> None:
    """Hide what leaves the hidden members of all together no room above those of one community.

    They are no fewer than its members, and no fewer than the people on the lists of all. Where they
    are no more, it is told how many are in the others only. Changes the cells of all together.
    """
    for quarter, told in quarters.get("", {}).items():
        if not told.get("members", ABSENT).hidden:
            continue
        if told.get("level_outside", ABSENT).value == 0:
            told["level_outside"] = WITHHELD  # all members are engaged: no more than these
        theirs = [each.get(quarter, {}) for community, each in quarters.items() if community]
        known = [told.get("people", ABSENT), *(each.get("members", ABSENT) for each in theirs)]
        least = max(each.value or 0 for each in known)
        _hide(told, [name for name, most in _ceilings(told, theirs) if most < least + 1])
    withhold_shares(quarters.get("", {}))


def _ceilings(
    told: Mapping[str, Cell], theirs: Sequence[Mapping[str, Cell]]
) -> Iterator[tuple[str, float]]:
    """The most that the members of all together can be, by the figure that tells it."""
    outside = ("level_outside",)
    for name, levels in (("engaged", outside), ("active", (*outside, "level_peripheral"))):
        # A member who is not among these has one of the levels in a community.
        others = [each.get(level, ABSENT).value for each in theirs for level in levels]
        found, known = told.get(name, ABSENT).value, [n for n in others if n is not None]
        if found is not None and len(known) == len(others):
            yield name, found + sum(known)
    active, gini, of_all = (
        told.get(name, ABSENT).value for name in ("active", "gini_active", "gini_members")
    )
    if active is not None and gini is not None and of_all is not None and of_all + _ROUNDED < 1:
        # Both coefficients tell how many people there are, the silent ones among them.
        yield "gini_members", active * (1 - gini + _ROUNDED) / (1 - of_all - _ROUNDED)


def withhold_flows(quarters: Figures) -> None:
    """Who joined and left would make a hidden figure out of that of the quarter beside."""
    for then, now in zip(["", *sorted(quarters)], sorted(quarters), strict=False):
        beside = (quarters[now], quarters.get(then, {}))
        for total in OF_PEOPLE:
            if any(each.get(total, ABSENT).hidden for each in beside):
                names = (f"{total}_joined", f"{total}_left")
                # Zeros too: that nobody came or went makes them the same.
                quarters[now].update(
                    {name: WITHHELD for name in names if quarters[now].get(name, ABSENT).shown}
                )


def withhold_shares(quarters: Figures) -> None:
    """Of which number 42.9 % are whole people tells that number: 21, if it is about 20."""
    for told in quarters.values():
        if told.get("emails_sent", ABSENT).hidden:
            _hide(told, OF_EMAILS)
    for then, now in zip(["", *sorted(quarters)], sorted(quarters), strict=False):
        beside = (quarters[now], quarters.get(then, {}))
        if any(each.get("active", ABSENT).hidden for each in beside):
            share = quarters[now].get("retention_percent", ABSENT)
            if share.shown:
                quarters[now]["retention_percent"] = WITHHELD


def _hide(told: MutableMapping[str, Cell], names: Iterable[str]) -> None:
    told.update({name: WITHHELD for name in names if told.get(name, ABSENT).value})


def without_active(site: Site) -> Site:
    """The site without how many people are active now, where that tells of few.

    The same number stands below the regions of active people.
    """
    line = site.together.coverage.all_active
    if site.audience.trusted or not (
        (line is not None and line.total.hidden)
        or tells_few(site.active, (each.active for each in site.communities))
    ):
        return site
    together = site.together
    if line is not None:
        told = replace(line, cells=(WITHHELD,) * len(line.cells), total=WITHHELD)
        together = replace(together, coverage=replace(together.coverage, all_active=told))
    active = WITHHELD if site.active.shown else site.active
    return replace(site, active=active, together=together)
