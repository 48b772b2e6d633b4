"""The membership list of a site: it follows who comes and goes, or holds as many rows as wanted."""

from functools import lru_cache, partial
from itertools import cycle, islice
from random import Random
from typing import Any

from cophub.sandbox import names
from cophub.sandbox.microsoft.sharepoint import people
from cophub.sandbox.microsoft.sharepoint.acts import Acts
from cophub.sandbox.microsoft.sharepoint.columns import CONTENT_TYPES
from cophub.sandbox.microsoft.sharepoint.founding import MEMBERS, REGIONS
from cophub.sandbox.microsoft.sharepoint.state import SYSTEM_ACCOUNT, Item, Site, SPList, item_guid
from cophub.sandbox.microsoft.tenant import Group, Happened, Tenant, User
from cophub.sandbox.population.calling import call
from cophub.sandbox.population.cultures import some_culture
from cophub.sandbox.world import DAY, World, latin

CHURN = 0.001
"""The share of a large list that changes each day."""
_LANGUAGES = {"en": "English", "fr": "français", "es": "español", "pt": "português"}


@lru_cache(maxsize=1)
def _crowd() -> list[tuple[str, str, str]]:
    """Names for long lists, with the local part of an address and a country."""
    chance, found = Random("roster"), list[tuple[str, str, str]]()
    while len(found) < 4_000:
        culture = some_culture(chance)
        called = call(culture, chance)
        if latin(called.f):
            local = f"{latin(called.g)}.{latin(called.f)}"
            found.append((f"{called.g} {called.f}", local, chance.choice(culture.places).code))
    return found


class Roster:
    """Keeps the membership lists; `crowds` are the sites whose list is a crowd of its own."""

    def __init__(self, world: World, tenant: Tenant, acts: Acts, sites: dict[str, Site]) -> None:
        self.world, self.tenant, self.acts, self.sites = world, tenant, acts, sites
        self.crowds: set[str] = set()
        self.churn = CHURN
        self._rows: dict[tuple[str, str], Item] = {}

    # Following the community

    def heard(self, what: Happened, user: User, group: Group | None) -> None:
        """Somebody came, went or changed."""
        site = self.sites.get(group.id) if group else None
        if site is None or group is None:
            return
        if what == "joined":
            self._visit(site, user)
            if group.id not in self.crowds:
                self._enter(site, user)
        elif what == "left":
            self._depart(site, user)

    def _visit(self, site: Site, user: User) -> None:
        """Some are put into a group of the site by hand, guests above all."""
        if user.person is None:
            return
        share = 0.3 if user.guest else 0.08
        chance = self.world.random("site", site.path, user.id)
        if chance.random() < share:
            row = people.resolve(site, user, self.acts.now)
            custom = [g for g in site.groups.values() if g.id > site.members]
            into = chance.choice([*custom, site.groups[site.members], site.groups[site.visitors]])
            people.enter(site, into, row, self.acts.now)

    def _enter(self, site: Site, user: User) -> None:
        of = site.list_named(MEMBERS)
        if of is None or user.person is None:
            return
        chance = self.world.random("row", site.path, user.id)
        row = people.resolve(site, user, self.acts.now).id if chance.random() < 0.5 else None
        fields: dict[str, Any] = {
            "Title": user.name, "E_x002d_mail": user.address,
            "Organisation": self.tenant.person(user.person).organisation.name,
            "Country": user.country, "Start_x0020_Date": self.acts.now // DAY * DAY,
            "Role": chance.choices(("Member", "Facilitator", "Core group"), (90, 7, 3))[0],
            "Person": row, "_x0031_st_x0020_language": _LANGUAGES.get(user.language or ""),
            "Interests": sorted(chance.sample(("Indicators", "Data quality", "Policy"), 2)),
            "Region": chance.randint(1, len(REGIONS)), "Paid_x0020_up_x003f_": None,
        }  # fmt: skip
        by = site.by_login[_robot(site)].id
        self._rows[site.id, user.id] = self.acts.add_item(site, of, fields, by)

    def _depart(self, site: Site, user: User) -> None:
        if (row := site.by_aad.get(user.id)) is not None:
            for group in site.groups.values():
                people.depart(site, group, row, self.acts.now)
        of, item = site.list_named(MEMBERS), self._rows.pop((site.id, user.id), None)
        if of is None or item is None or item.id not in of.items:
            return
        if self.world.random("left", user.id).random() < 0.5:
            self.acts.delete(site, of, item, SYSTEM_ACCOUNT)
        else:
            today = self.acts.now // DAY * DAY
            self.acts.edit(site, of, item, SYSTEM_ACCOUNT, End_x0020_Date=today)

    # A crowd

    def fill(self, site: Site, count: int) -> None:
        """Make the list one of `count` rows that were imported together."""
        of = site.list_named(MEMBERS)
        assert of is not None and site.group is not None  # noqa: S101 - it was just founded
        self.crowds.add(site.group.id)
        now, kind, by = self.acts.now, CONTENT_TYPES["item"], site.by_login[_robot(site)].id
        for number, (name, local, country) in enumerate(islice(cycle(_crowd()), count)):
            of.last_id += 1
            one, organisation = of.last_id, names.ORGANISATIONS[number % len(names.ORGANISATIONS)]
            fields = {
                "Title": name, "E_x002d_mail": f"{local}.{number}@{organisation[1]}",
                "Organisation": organisation[0], "Country": country,
                "Start_x0020_Date": (now - number % 900 * DAY) // DAY * DAY, "Role": "Member",
            }  # fmt: skip
            of.items[one] = Item(
                one, item_guid(of.id, one, "guid"), item_guid(of.id, one, "unique"), now, now,
                by, by, kind, fields, dir=of.root,
            )  # fmt: skip
        of.modified = now
        self._day(site, of, 0)

    def _day(self, site: Site, of: SPList, day: int) -> None:
        chance = Random(f"{self.world.seed}/crowd/{site.path}/{day}")
        wanted = len(of.items) * self.churn
        for _ in range(int(wanted) + (chance.random() < wanted % 1)):
            self._change(site, of, chance)
        at = self.world.start + (day + 1) * DAY
        self.acts.timeline.at(at, partial(self._day, site, of, day + 1))

    def _change(self, site: Site, of: SPList, chance: Random) -> None:
        drawn = chance.random()
        if drawn < 0.1:
            name, local, country = chance.choice(_crowd())
            fields = {
                "Title": name, "E_x002d_mail": f"{local}.{of.last_id}@example.org",
                "Country": country, "Role": "Member",
                "Start_x0020_Date": self.acts.now // DAY * DAY,
            }  # fmt: skip
            self.acts.add_item(site, of, fields, SYSTEM_ACCOUNT)
            return
        item = None
        for _ in range(20):
            if (item := of.items.get(chance.randint(1, of.last_id))) is not None:
                break
        if item is None:
            return
        if drawn < 0.2:
            self.acts.delete(site, of, item, SYSTEM_ACCOUNT)
        else:
            country = chance.choice(_crowd())[2]
            self.acts.edit(site, of, item, SYSTEM_ACCOUNT, Country=country)


def _robot(site: Site) -> str:
    return next(login for login in site.by_login if login.startswith("i:0i.t|"))
