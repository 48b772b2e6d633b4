"""Where two nodes say they are: organisation, country, city; and what else names a person."""

import math

from cophub.identities.matching.frequency import Counts, band, size_band
from cophub.identities.matching.keys import (
    CITY,
    COUNTRY,
    DOMAIN,
    IDENTIFIER,
    ORGANIZATION,
    key_of,
)
from cophub.identities.matching.mailbox_evidence import OWN_DOMAIN
from cophub.identities.matching.name_evidence import Rarity
from cophub.identities.matching.nodes import Node
from cophub.identities.matching.reasons import Labels, Reason
from cophub.identities.matching.weights import Weights

_Place = tuple[str, str]
_CHANCE = {"born": 1 / 15_000, "phone": 1e-4, "orcid": 1e-6}
"""Chance that a stranger has the very same value."""


class Setting:
    """How common organisations and places are in one directory."""

    def __init__(self, counts: Counts, register: Labels, weights: Weights) -> None:
        self._counts = counts
        self._register = register
        self._weights = weights
        self._size = max(2, size_band(counts.size))
        self._labels: dict[tuple[_Place, ...], frozenset[str]] = {}
        self._shares: dict[tuple[str, str], float] = {}

    def weigh(self, a: Node, b: Node, reasons: list[Reason]) -> None:
        """Add what organisation, country and city say to `reasons`."""
        weights = self._weights
        same = False
        if a.places and b.places:
            mine, theirs = self._labels_of(a.places), self._labels_of(b.places)
            both = mine & theirs
            if both:
                same = True
                if not any(reason.name in ("two_at_work", "numbered") for reason in reasons):
                    label = min(both, key=lambda text: (self._share_of(text, a, b), text))
                    share = self._share_of(label, a, b)
                    weight = _log_odds(0.6, weights.organization_kin * share, 0.03)
                    weight = min(weights.organization_same, max(0.3, weight))
                    reasons.append(Reason("organization_same", weight, label))
            elif self._employs(a) and self._employs(b):
                reasons.append(Reason("organization_other", weights.organization_other))
        if a.countries and b.countries:
            reasons.append(self._country(a, b, same))
        if a.communities and b.communities:
            self._company(a, b, reasons)
        if a.cities and b.cities:
            reasons.append(self._city(a, b, same))

    def _company(self, a: Node, b: Node, reasons: list[Reason]) -> None:
        weight, where = self._counts.habits.company.weigh(a.communities, b.communities)
        weight *= self._weights.communities
        if weight:
            name = "communities_same" if weight > 0 else "communities_other"
            reasons.append(Reason(name, weight, where))

    def _employs(self, node: Node) -> bool:
        """Whether it names an organisation, or a domain that is not one person's own."""
        return any(
            organization or self._share(DOMAIN, domain) * self._size > OWN_DOMAIN
            for organization, domain in node.places
        )

    def _country(self, a: Node, b: Node, same_organization: bool) -> Reason:
        weights = self._weights
        both = set(a.countries) & set(b.countries)
        if not both:
            return Reason("country_other", weights.country_other)
        share, country = min((self._share(COUNTRY, text), text) for text in both)
        weight = min(weights.country_same, max(0.1, _log_odds(0.9, 6 * share, 0.05)))
        return Reason("country_same", weight / 2 if same_organization else weight, country)

    def _city(self, a: Node, b: Node, same_organization: bool) -> Reason:
        weights = self._weights
        both = set(a.cities) & set(b.cities)
        if not both:
            return Reason("city_other", weights.city_other)
        share, city = min((self._share(CITY, text), text) for text in both)
        weight = min(weights.city_same, max(0.2, _log_odds(0.7, 6 * share, 0.03)))
        return Reason("city_same", weight / 2 if same_organization else weight, city)

    def _labels_of(self, places: tuple[_Place, ...]) -> frozenset[str]:
        found = self._labels.get(places)
        if found is None:
            found = frozenset(self._register.label(*place) for place in places) - {""}
            self._labels[places] = found
        return found

    def _share_of(self, label: str, a: Node, b: Node) -> float:
        """The share of the directory that carries a text or domain that has this label."""
        most = 0.0
        for place in (*a.places, *b.places):
            if self._register.label(*place) == label:
                organization, domain = place
                most = max(
                    most,
                    self._share(ORGANIZATION, organization),
                    self._share(DOMAIN, domain),
                )
        return most

    def _share(self, kind: str, text: str) -> float:
        if not text:
            return 0.0
        found = self._shares.get((kind, text))
        if found is None:
            others = max(0, band(self._counts.bearers(key_of(kind, text))) - 2)
            found = self._shares[kind, text] = others / self._size
        return found


def weigh_identifiers(a: Node, b: Node, rarity: Rarity) -> list[Reason]:
    """Identifiers that both have: equal ones by rarity, different ones against."""
    weights = rarity.weights
    found: list[Reason] = []
    mine, theirs = _by_type(a), _by_type(b)
    for kind in sorted(mine.keys() & theirs.keys()):
        both = mine[kind] & theirs[kind]
        if both:
            text = min(both)
            others = max(0, rarity.of(IDENTIFIER, f"{kind}:{text}") - a.bearers - b.bearers)
            chance = others / rarity.size + _CHANCE.get(kind, 1e-4)
            weight = min(weights.identifier_same, _log_odds(0.9, chance, 0.0))
            found.append(Reason("identifier_same", weight, kind))
        elif kind == "phone":
            found.append(Reason("identifier_other", weights.phone_other, kind))
        elif kind == "born" and any(_one_slip(x, y) for x in mine[kind] for y in theirs[kind]):
            found.append(Reason("identifier_slip", weights.born_slip, kind))
        else:
            found.append(Reason("identifier_other", weights.identifier_other, kind))
    return found


def _by_type(node: Node) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for identifier in node.identifiers:
        kind, _, value = identifier.partition(":")
        found.setdefault(kind, set()).add(value)
    return found


def _one_slip(one: str, other: str) -> bool:
    """Whether two dates differ in one digit, or in two neighbours that changed places."""
    if len(one) != len(other):
        return False
    unlike = [place for place, (x, y) in enumerate(zip(one, other, strict=True)) if x != y]
    if len(unlike) <= 1:
        return True
    if len(unlike) > 4:
        return False
    return sorted(one[p] for p in unlike) == sorted(other[p] for p in unlike)


def _log_odds(same: float, chance: float, floor: float) -> float:
    return math.log(same / min(1.0, chance + floor))


__all__ = ["Setting", "weigh_identifiers"]
