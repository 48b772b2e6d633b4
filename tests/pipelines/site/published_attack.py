"""A reader who knows the published tables and the definitions, and nothing else, and can count.

From the CSV files of a site it makes an integer program: a variable for each figure that is told or
withheld, and a line for each sum and bound that the definitions give. What has but one value in
every world that fits is known to that reader. No rule of the code that hides is asked.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
from scipy import optimize, sparse

from cophub.pipelines.site.model import Site
from cophub.pipelines.site.tables import tables
from cophub.warehouse.definitions import MANY

MOST = 1_000.0
"""No figure of these hubs is larger."""
LEVELS = ("core", "active", "peripheral", "outside")
PEOPLE = ("persons", "organisations")
COUNTS = (*PEOPLE, "seats", "events", "e-mails", "campaigns", "posts", "threads", "documents",
          "memberships", "communities")  # fmt: skip
FLOWS = (("people", "people_joined", "people_left"),
         ("members", "members_joined", "members_left"))  # fmt: skip
ADDED_UP = ("posts", "threads", "replies", "documents", "seats", "emails_sent", "campaigns")
"""Where no space serves two communities, all together are the sum of each."""
ONCE = ("people", "members", "active", "engaged", "attendees", "organizations", "reached")
"""All together count everybody once."""
MOVING = ("people_joined", "people_left", "members_joined", "members_left", "joins", "left")
"""Who joins one community may be in another already."""
LESS = (("active", "engaged"), ("attendees", "engaged"), ("attendees", "seats"),
        ("absence_factor", "active"), ("people", "members"), ("organizations", "people"),
        ("engaged", "reached"), ("members", "reached"), ("reached_by_one", "reached"),
        ("people_left", "people before"), ("members_left", "members before"))  # fmt: skip
"""Figures that are no more than others."""
PEOPLE_OF_MONTH = ("active", "engaged", "joins", "left")
OF_MONTHS = {"posts": "posts", "documents": "documents", "attendance": "seats",
             "threads": "threads", "replies": "replies"}  # fmt: skip
Name = tuple[str, ...]
Terms = Mapping[Name, float]


def before(quarter: str) -> str:
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}"


def quarter_of(month: str) -> str:
    return f"{month[:4]}Q{(int(month[5:]) + 2) // 3}"


class Reader:
    """What is known of every figure, by name: bounds and lines, and what follows from them."""

    def __init__(self, site: Site) -> None:
        self.files = {str(each.path).removeprefix("data/").removesuffix(".csv"):
                      [*csv.DictReader(io.StringIO(str(each.content)))]
                      for each in tables(site)}  # fmt: skip
        self.bounds: dict[Name, tuple[float, float]] = {}
        self.lines: list[tuple[Terms, float, float]] = []
        self.shares: dict[Name, float] = {}
        self.keys = [row["community"] for row in self.files["communities"]]
        self._told(site)
        quarters = sorted({row["quarter"] for row in self.files["quarters"]})
        self.running = quarters[-1]
        for community in ("", *self.keys):
            for quarter in quarters:
                self._of_quarter(community, quarter)
                self._of_levels(community, quarter)
                self._of_channels(site, community, quarter)
        for quarter in quarters:
            self._of_all(quarter)
        self._of_newsletters()
        self._of_months()
        self._of_now(quarters[-1])
        self._of_regions()
        self._of_organizations()

    # --- what is told ---

    def tell(self, name: Name, value: str | float | None, note: str, *, persons: bool) -> None:
        """A figure as it is published: shown, about few, withheld, or absent."""
        if value not in ("", None):
            self.bounds[name] = (float(value or 0), float(value or 0))
        elif note.startswith("About fewer than 5"):
            self.bounds[name] = (1, 4 if persons else MOST)
        elif note.startswith("Withheld"):
            self.bounds[name] = (0, MOST)

    def _told(self, site: Site) -> None:
        for table in ("quarters", "measures"):
            for row in self.files[table]:
                name = ("figure", row["community"], row["quarter"], row["measure"])
                if row["unit"] not in COUNTS:
                    if row["value"]:
                        self.shares[name] = float(row["value"])
                    continue
                self.tell(name, row["value"], row["note"], persons=row["unit"] in PEOPLE)
        for table in ("quarters", "measures"):
            for row in self.files[table]:
                name = ("figure", row["community"], before(row["quarter"]), row["measure"])
                if row["previous"] and row["unit"] in COUNTS:
                    self.tell(name, row["previous"], "", persons=False)
        for row in self.files["months"]:
            name = ("month", row["community"], row["month"], row["figure"])
            self.tell(name, row["value"], row["note"], persons=row["figure"] in PEOPLE_OF_MONTH)
        for row in self.files["moves"]:
            name = ("move", row["community"], row["quarter"], row["level_before"], row["level"])
            self.tell(name, row["value"], row["note"], persons=True)
        for row in self.files["channels"]:
            for column in ("people", "people_only"):
                name = (column, row["community"], row["quarter"], row["source"], row["kind"])
                self.tell(name, row[column], row[f"{column}_note"], persons=True)
        for row in self.files["communities"]:
            for column in ("members", "active"):
                name = ("now", row["community"], column)
                self.tell(name, row[column], row[f"{column}_note"], persons=True)
        for row in self.files["overlap"]:
            name = ("both", row["community"], row["other"])
            self.tell(name, row["people_both"], row["people_both_note"], persons=True)
        for row in self.files["coverage"]:
            name = ("region", row["figure"], row["scope"], row["domain"], row["region"])
            self.tell(name, row["value"], row["note"], persons=True)
        # These stand on pages alone; of what is hidden a cell holds nothing.
        for key, cell in (("members", site.people), ("active", site.active),
                          ("several", site.in_several), ("many", site.together.overlap.many),
                          ("memberships", site.memberships)):  # fmt: skip
            self.tell(("now", "", key), *cell.published, persons=True)

    # --- what follows from the definitions ---

    def same(self, terms: Terms, least: float = 0, most: float = 0) -> None:
        """The sum of these is between the two; figures that are not there make it no line."""
        if all(name in self.bounds for name in terms):
            self.lines.append((terms, least, most))

    def less(self, small: Name, large: Name) -> None:
        self.same({large: 1, small: -1}, 0, MOST)

    def some(self, *name: str) -> Name:
        """How many people are something that nobody is told a number of."""
        self.bounds.setdefault(name, (0, MOST))
        return name

    def _of_quarter(self, community: str, quarter: str) -> None:
        def of(measure: str) -> Name:
            at, _, past = measure.partition(" ")
            return ("figure", community, before(quarter) if past else quarter, at)

        for total, joined, left in FLOWS:
            self.same({of(total): 1, of(f"{total} before"): -1, of(joined): -1, of(left): 1})
        self.same({of("posts"): 1, of("threads"): -1, of("replies"): -1})
        for small, large in LESS:
            self.less(of(small), of(large))
        share = self.shares.get(of("retention_percent"))
        past, now = of("active before"), of("active")
        if share is not None and past in self.bounds and now in self.bounds:
            again = self.some("again", community, quarter)
            # It has one decimal.
            self.same({again: 1, past: -share / 100 + 0.00051}, 0, MOST)
            self.same({again: 1, past: -share / 100 - 0.00051}, -MOST, 0)
            for name, all_ in (("lost", past), ("fresh", now)):
                self.same({all_: 1, again: -1, self.some(name, community, quarter): -1})

    def _of_levels(self, community: str, quarter: str) -> None:
        level = {each: ("figure", community, quarter, f"level_{each}") for each in LEVELS}
        past = {each: ("figure", community, before(quarter), f"level_{each}") for each in LEVELS}
        others = ("members", "engaged", "reached", "active", "moved_up", "moved_down")
        of = {each: ("figure", community, quarter, each) for each in others}
        if not any(each in self.bounds for each in level.values()):
            return
        acting = {level[each]: -1.0 for each in LEVELS[:-1]}
        guests = self.some("guests", community, quarter)
        self.same({of["members"]: 1, guests: 1, level["outside"]: -1, **acting})
        if quarter != self.running:  # there levels look back beyond its beginning
            self.same({of["engaged"]: 1, **acting}, 0, MOST)
            self.same({of["active"]: 1, level["core"]: -1, level["active"]: -1}, 0, MOST)
            self.same({of["members"]: 1, guests: 1, of["reached"]: -1}, -MOST, 0)
        move = {(a, b): ("move", community, quarter, a, b)
                for a in LEVELS for b in LEVELS if a != b}  # fmt: skip
        if not all(each in self.bounds for each in move.values()):
            return
        for name, way in (("moved_up", -1), ("moved_down", 1)):
            theirs = {each: -1.0 for (a, b), each in move.items()
                      if way * (LEVELS.index(b) - LEVELS.index(a)) > 0}  # fmt: skip
            self.same({of[name]: 1, **theirs})
        for each in LEVELS[:-1]:
            came = {name: -1.0 for (_, b), name in move.items() if b == each}
            went = {name: 1.0 for (a, _), name in move.items() if a == each}
            self.same({level[each]: 1, past[each]: -1, **came, **went})

    def _of_channels(self, site: Site, community: str, quarter: str) -> None:
        if not community:
            return
        names = [name for name in self.bounds
                 if name[0] == "people" and name[1:3] == (community, quarter)]  # fmt: skip
        unnamed = [n for each in site.communities if each.key == community
                   for n in range(each.parts.unnamed_channels.get(quarter, 0))]  # fmt: skip
        for n in unnamed:
            names.append(self.some("people", community, quarter, "unnamed", str(n)))
            self.some("people_only", community, quarter, "unnamed", str(n))
        reached, one = (("figure", community, quarter, each)
                        for each in ("reached", "reached_by_one"))  # fmt: skip
        if not names or reached not in self.bounds or one not in self.bounds:
            return
        several = self.some("several channels", community, quarter)
        self.same({reached: 1, one: -1, several: -1})
        only = {each: ("people_only", *each[1:]) for each in names}
        self.same({one: 1, **dict.fromkeys(only.values(), -1.0)})
        also = {each: self.some("also", *each[1:]) for each in names}
        for each in names:
            self.same({each: 1, only[each]: -1, also[each]: -1})
            self.less(also[each], several)
            if len(names) == 2:
                self.same({also[each]: 1, several: -1})
        self.same({**dict.fromkeys(also.values(), 1.0), several: -2}, 0, MOST)

    def _of_newsletters(self) -> None:
        """Who opened and clicked, and who did not: of each, of a quarter and of all together."""
        letters: dict[tuple[str, str], list[Name]] = defaultdict(list)
        for n, row in enumerate(self.files["newsletters"]):
            key, whole = row["community"], ("delivered", str(n))
            self.tell(whole, row["delivered"], row["delivered_note"], persons=True)
            letters[key, quarter_of(row["sent_on"][:7])].append(whole)
            for what in ("opened", "clicked"):
                # Of few e-mails nobody may have opened any: `<5` is true of that too.
                hidden = (0, 4) if row[f"{what}_note"].startswith("About fewer") else (0, MOST)
                self._share((what, str(n)), row[f"{what}_percent"], whole, hidden)
        for key, quarter, measure in [name[1:] for name in self.bounds if name[0] == "figure"]:
            if measure != "emails_sent":
                continue
            whole, campaigns = (("figure", key, quarter, each) for each in (measure, "campaigns"))
            theirs = letters[key, quarter]
            is_all = bool(theirs) and self.bounds.get(campaigns) == (len(theirs), len(theirs))
            if is_all and all(each in self.bounds for each in theirs):
                self.same({whole: -1, **dict.fromkeys(theirs, 1.0)})
            for what in ("opened", "clicked"):
                share = self.shares.get(("figure", key, quarter, f"{what}_percent"), "")
                self._share((what, key, quarter), share, whole, (0, MOST))
                if is_all:
                    parts = {(what, each[1]): 1.0 for each in theirs}
                    self.same({(what, key, quarter): -1, **parts})
        for what, key, quarter in [name for name in self.bounds if len(name) == 3]:
            if what in ("opened", "clicked") and not key:
                parts = {(what, each, quarter): 1.0 for each in self.keys
                         if (what, each, quarter) in self.bounds}  # fmt: skip
                self.same({(what, "", quarter): -1, **parts})

    def _share(
        self, name: Name, share: str | float, whole: Name, hidden: tuple[float, float]
    ) -> None:
        """How many are a share of a whole, and how many are the others."""
        if whole not in self.bounds:
            return
        least, most = self.bounds[whole]
        if share != "" and least == most:
            hidden = (round(float(share) * most / 100),) * 2
        self.bounds[name] = hidden
        self.same({whole: 1, name: -1, self.some("not", *name): -1})

    def _of_all(self, quarter: str) -> None:
        def each_of(measure: str) -> list[Name]:
            names = [("figure", key, quarter, measure) for key in self.keys]
            return [name for name in names if name in self.bounds]

        for measure in (*ADDED_UP, *ONCE, *MOVING):
            parts, total = each_of(measure), ("figure", "", quarter, measure)
            if total not in self.bounds or not parts:
                continue
            terms = {total: -1.0, **dict.fromkeys(parts, 1.0)}
            self.same(terms, 0, 0 if measure in ADDED_UP else MOST)
            for part in parts if measure in ONCE else ():
                self.less(part, total)
            if measure in ("people", "members", "active", "engaged", "attendees"):
                self._patterns((quarter, measure), parts, total)
        names = {each: ("figure", "", quarter, each) for each in (
            "members", "people_total", "memberships_total", "people_in_several", "people_in_many",
        )}  # fmt: skip
        self.same({names["members"]: 1, names["people_total"]: -1})
        members = each_of("members")
        self.same({names["memberships_total"]: -1, **dict.fromkeys(members, 1.0)})
        self._counts((quarter, "members"), names["people_in_several"], names["people_in_many"])

    def _patterns(self, of: Name, parts: list[Name], total: Name | None) -> None:
        """How many are in exactly these of the communities: what everything else is a sum of."""
        if len(parts) > 4:
            return
        sets = {
            each: self.some("exactly", *of, *(part[1] for part in each))
            for size in range(1, len(parts) + 1) for each in combinations(parts, size)
        }  # fmt: skip
        for part in parts:
            theirs = {name: -1.0 for each, name in sets.items() if part in each}
            self.same({part: 1, **theirs})
        if total:
            self.same({total: 1, **dict.fromkeys(sets.values(), -1.0)})
        for a, b in combinations(parts, 2):
            theirs = {name: -1.0 for each, name in sets.items() if a in each and b in each}
            pair = ("both", *sorted((a[1], b[1])))
            if of == ("now", "members"):
                self.same({pair: 1, **theirs})
        several = {name: -1.0 for each, name in sets.items() if len(each) > 1}
        self.same({self.some("in several", *of): 1, **several})

    def _counts(self, of: Name, several: Name, many: Name) -> None:
        sets = [name for name in self.bounds if name[:3] == ("exactly", *of)]
        if not sets:
            return
        for total, least in ((several, 2), (many, MANY)):
            self.same({total: 1} | {name: -1.0 for name in sets if len(name) - 3 >= least})

    def _of_months(self) -> None:
        by_quarter: dict[tuple[str, str, str], list[Name]] = defaultdict(list)
        for name in [name for name in self.bounds if name[0] == "month"]:
            _, community, month, figure = name
            by_quarter[community, quarter_of(month), figure].append(name)
            self.less(("month", community, month, "active"), ("month", community, month, "engaged"))
        for (community, quarter, figure), months in by_quarter.items():
            total = ("figure", community, quarter, OF_MONTHS.get(figure, figure))
            terms = {total: -1.0, **dict.fromkeys(months, 1.0)}
            whole = len(months) == 3 or quarter == max(each for _, each, _ in by_quarter)
            if figure in OF_MONTHS and whole:
                self.same(terms)
            elif figure in ("active", "engaged"):
                self.same(terms, 0, MOST) if whole else None
                for month in months:
                    self.less(month, total)
        for _, _, month, figure in {name for name in self.bounds if name[0] == "month"}:
            parts = [name for key in self.keys
                     if (name := ("month", key, month, figure)) in self.bounds]  # fmt: skip
            total = ("month", "", month, figure)
            if len(parts) < len(self.keys):
                continue
            adds_up = figure not in PEOPLE_OF_MONTH
            self.same({total: -1.0, **dict.fromkeys(parts, 1.0)}, 0, 0 if adds_up else MOST)
            for part in parts if figure not in MOVING else ():
                self.less(part, total)
            if figure in ("active", "engaged"):
                self._patterns((month, figure), parts, total)

    def _of_now(self, newest: str) -> None:
        """What is true on this day, which is what the running quarter tells of members."""
        for figure in ("members", "active"):
            parts = [name for key in self.keys if (name := ("now", key, figure)) in self.bounds]
            if len(parts) < len(self.keys):
                continue
            told = [key for key in self.keys if self.bounds["now", key, figure][0] >= 5]
            for a, b in combinations(told, 2) if figure == "members" else ():
                # Of communities of that size, those without a row share nobody.
                self.bounds.setdefault(("both", *sorted((a, b))), (0, 0))
            self._patterns(("now", figure), parts, ("now", "", figure))
        if len(self.keys) < 5:
            self._counts(("now", "members"), ("now", "", "several"), ("now", "", "many"))
        for key in ("", *self.keys):
            self.same({("now", key, "members"): 1, ("figure", key, newest, "members"): -1})
        listed = [("now", key, "members") for key in self.keys]
        if all(self.bounds.get(each, (0, 1))[0] == self.bounds.get(each, (0, 1))[1]
               for each in listed):  # fmt: skip
            self.same({("now", "", "memberships"): -1, **dict.fromkeys(listed, 1.0)})

    def _of_regions(self) -> None:
        domains = defaultdict(list)
        for row in self.files["communities"]:
            domains[row["domain"]].append(row["community"])
        lines: dict[tuple[str, str, str], list[Name]] = defaultdict(list)
        for name in [name for name in self.bounds if name[0] == "region"]:
            if name[4] != "all":
                lines[name[1], name[2], name[3]].append(name)
        for (figure, scope, domain), cells in lines.items():
            total = ("region", figure, scope, domain, "all")
            self.same({total: 1, **dict.fromkeys(cells, -1.0)})
            if scope == "domain":
                theirs = [("now", key, figure) for key in domains[domain]]
                self.same({total: -1, **dict.fromkeys(theirs, 1.0)}, 0,
                          0 if len(theirs) == 1 else MOST)  # fmt: skip
                for each in theirs:
                    self.less(each, total)
            else:
                self.same({total: 1, ("now", "", figure): -1})
        for figure in ("members", "active"):
            regions = {name[4] for name in self.bounds if name[:2] == ("region", figure)}
            for region in regions:
                parts = [("region", figure, "domain", domain, region) for domain in domains]
                total = ("region", figure, "all domains", "", region)
                self.same({total: -1, **dict.fromkeys(parts, 1.0)}, 0, MOST)
                for part in parts:
                    self.less(part, total)
                if total in self.bounds and all(part in self.bounds for part in parts):
                    # Named by their domain, as communities are by their key.
                    named = [self.some("there", domain, figure, region) for domain in domains]
                    for part, name in zip(parts, named, strict=True):
                        self.same({part: 1, name: -1})
                    self._patterns(("region", figure, region), named, total)

    def _of_organizations(self) -> None:
        shown: Counter[str] = Counter()
        for row in self.files["organizations"]:
            shown[row["community"]] += int(row["people"])
        for key, people in shown.items():
            rest = self.some("of others", key)
            self.same({("now", key, "members"): 1, rest: -1}, people, people)

    # --- what a reader can work out ---

    def known(self) -> dict[Name, int]:
        """Every figure about few people that has but one value."""
        return Solver(self.bounds, self.lines).determined()


class Solver:
    """All worlds that fit the bounds and lines, asked about by integer programming."""

    def __init__(
        self,
        bounds: Mapping[Name, tuple[float, float]],
        lines: Iterable[tuple[Terms, float, float]],
    ) -> None:
        self.names, self.at = [*bounds], {name: n for n, name in enumerate(bounds)}
        self.low, self.high = (np.array(each) for each in zip(*bounds.values(), strict=True))
        lines = [*lines]
        rows = [
            (n, self.at[name], value)
            for n, (terms, _, _) in enumerate(lines) for name, value in terms.items()
        ]  # fmt: skip
        i, j, values = zip(*rows, strict=True)
        shape = (len(lines), len(self.names))
        self.matrix = sparse.csr_matrix((values, (i, j)), shape=shape)
        least, most = [each for _, each, _ in lines], [each for _, _, each in lines]
        self.fit = optimize.LinearConstraint(self.matrix, least, most)

    def world(
        self, goal: np.ndarray | None = None, at: int = 0, least: float = 0, most: float = np.inf
    ) -> np.ndarray | None:
        """A world that fits, in which the figure `at` is between the two."""
        low, high = self.low.copy(), self.high.copy()
        low[at], high[at] = max(low[at], least), min(high[at], most)
        if low[at] > high[at]:
            return None
        nothing = np.zeros(len(self.names))
        found = optimize.milp(nothing if goal is None else goal, constraints=self.fit,
                              integrality=nothing + 1, bounds=optimize.Bounds(low, high),
                              options={"mip_rel_gap": 0.5, "time_limit": 60})  # fmt: skip
        assert found.status in (0, 2), found.message
        return None if found.x is None else np.round(found.x)

    def determined(self) -> dict[Name, int]:
        """Those of 1 to 4 that are the same in all worlds; a larger and a smaller are asked for."""
        chance = np.random.default_rng(1)
        first = self.world()
        assert first is not None, "no world fits: the reader knows something that is not true"
        asked = (self.low < self.high) & (first > 0) & (first < 5)
        for _ in range(8):
            found = self.world(chance.choice((-1, 1), len(self.names)) * asked)
            asked &= found == first
        for at in np.flatnonzero(asked):
            for least, most in ((first[at] + 1, np.inf), (0, first[at] - 1)):
                if asked[at] and (found := self.world(None, at, least, most)) is not None:
                    asked &= found == first
        return {self.names[n]: int(first[n]) for n in np.flatnonzero(asked)}
