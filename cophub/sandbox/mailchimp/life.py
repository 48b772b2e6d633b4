"""What happens to members: they join, confirm, change, leave, come back, bounce and are deleted."""

from functools import partial
from random import Random
from typing import Any

from cophub.sandbox.mailchimp import setup
from cophub.sandbox.mailchimp.state import Audience, Member, digest
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, Organisation, Stay, Turn, World, work_address

MINUTE = 60
REASONS = (
    "N/A (Unsubscribed by admin)", "No longer interested", "Did not signup for list",
    "Not relevant content", "Too many emails", "",
)  # fmt: skip
IMPORTED, FORM, API, BY_HAND = "Import", "Hosted Signup Form", "API - Generic", "Admin Add"


class Life:
    """Lets the world's people live in the audiences, on one timeline."""

    def __init__(self, world: World, timeline: Timeline, audiences: list[Audience]) -> None:
        self.world = world
        self.timeline = timeline
        self.audiences = audiences
        self._family: dict[int, str] = {}
        self._organisation: dict[int, Organisation] = {}
        self._held: dict[int, dict[int, Member]] = {}
        """Person -> audience number -> the contact that is theirs there."""

    def begin(self, first: int = 0) -> None:
        """Let people arrive, from person `first` on."""
        arrivals = self.world.arrivals(first)

        def arrive() -> None:
            _, index = upcoming[0]
            self._schedule(index)
            upcoming[0] = next(arrivals)
            self.timeline.at(upcoming[0][0], arrive)

        upcoming = [next(arrivals)]
        self.timeline.at(upcoming[0][0], arrive)

    def _schedule(self, index: int) -> None:
        for number, stay in enumerate(self.world.stays(index)):
            self.timeline.at(stay.joined, partial(self.join, index, stay, number))
            if stay.left is not None:
                self.timeline.at(stay.left, partial(self.leave, index, stay))
        for turn in self.world.turns(index):
            self.timeline.at(turn.at, partial(self.turn, index, turn))

    # Joining

    def join(self, index: int, stay: Stay, number: int) -> None:
        """The person joins the audience of a community, or comes back to it."""
        audience = self.audiences[stay.community]
        chance = self.world.random("join", index, stay.community, number)
        email = self._address(index, stay.community)
        known = self._held.get(index, {}).get(stay.community)
        if known is not None and not known.gone and known.status != "subscribed":
            self.resubscribe(audience, known, chance)
        elif not audience.taken(email):
            self._held.setdefault(index, {})[stay.community] = self.subscribe(
                audience, index, email, chance
            )

    def _address(self, index: int, community: int) -> str:
        person = self.world.person(index)
        # One in twelve uses the other address in some of their communities.
        other = self.world.random("address", index, community).random() < 0.08
        if person.prefers_personal != other:
            return person.personal_email
        return work_address(person, self._organisation.get(index, person.organisation))

    def subscribe(self, audience: Audience, index: int, email: str, chance: Random) -> Member:
        """A new contact; where the audience asks twice, whoever used the form is pending first."""
        now, person = self.timeline.now, self.world.person(index)
        founding = now < self.world.start + 50 * DAY
        source = (
            IMPORTED
            if founding
            else chance.choices((FORM, API, BY_HAND, IMPORTED), (70, 10, 8, 12))[0]
        )
        detail = chance.choices((0.0, 0.5, 1.0), (8, 32, 60))[0]
        serial = audience.next_serial()
        family = self._family.get(index, person.family)
        organisation = self._organisation.get(index, person.organisation).name
        member = Member(
            serial=serial,
            email=email if chance.random() > 0.1 else email.title(),
            contact_id=digest(audience.list_id, "contact", serial),
            web_id=500_000_000 + serial * 7,
            merge=setup.merge_values(audience, person, family, organisation, detail),
            source=source,
            ip_opt=_ip(chance),
            opt=now,
            first_opt=now,
            changed=now,
            language=person.language if chance.random() < 0.4 else "",
            vip=chance.random() < 0.03,
            rating=chance.choice((2, 2, 3, 4, 5)),
            client=chance.choice(("", "Gmail", "Apple Mail", "Outlook 2019")),
            country=person.country if chance.random() < 0.7 else "",
            timezone=person.timezone,
            interests=_some_topics(audience, chance) | self._consent(audience, index),
            person=index,
            uses_proxy=chance.random() < 0.35,
            eagerness=chance.betavariate(1.6, 2.4),
        )
        if source == FORM:
            member.signup, member.ip_signup = now, member.ip_opt
        self._tag_at_random(audience, member, chance, 0.35)
        if audience.double_optin and source == FORM:
            self._await_confirmation(audience, member, chance)
        else:
            audience.record("subs" if source == FORM else "other_adds", now)
        audience.add(member)
        self._next_edit(audience, member, 0)
        return member

    def _consent(self, audience: Audience, index: int) -> frozenset[str]:
        """Most people agree to be listed, and then wherever they are asked."""
        agrees = self.world.random("agrees", index).random() < 0.7
        return frozenset([audience.consent] if audience.consent and agrees else ())

    def _await_confirmation(self, audience: Audience, member: Member, chance: Random) -> None:
        member.status, member.opt, member.first_opt, member.ip_opt = "pending", 0, 0, ""
        if chance.random() < 0.9:
            wait = int(chance.expovariate(1 / (6 * 60 * MINUTE))) + MINUTE
            self.timeline.at(self.timeline.now + wait, partial(self.confirm, audience, member))

    def confirm(self, audience: Audience, member: Member) -> None:
        """The pending member follows the link in the mail."""
        if member.status != "pending" or member.gone:
            return
        now = self.timeline.now
        audience.change(member, now, status="subscribed", opt=now, ip_opt=member.ip_signup)
        member.first_opt = member.first_opt or now
        audience.record("subs", now)

    def resubscribe(self, audience: Audience, member: Member, chance: Random) -> None:
        """Back again: the vendor overwrites the opt-in time and address."""
        now = self.timeline.now
        audience.hold(member)
        audience.change(member, now, status="subscribed", reason="", opt=now, ip_opt=_ip(chance))
        member.first_opt = member.first_opt or now
        audience.record("subs", now)
        audience.record("reconfirm", now)

    # Leaving

    def leave(self, index: int, stay: Stay) -> None:
        """The person's stay ends, in one of the ways in which contacts end."""
        member = self._held.get(index, {}).get(stay.community)
        if member is None or member.gone:
            return
        audience = self.audiences[stay.community]
        chance = self.world.random("leave", index, stay.community, stay.joined)
        way = chance.random()
        if way < 0.70:
            self.unsubscribe(audience, member, chance.choice(REASONS))
        elif way < 0.82:
            self.bounce(audience, member)
        elif way < 0.95:
            self.archive(audience, member)
        else:
            self.delete(audience, member)

    def unsubscribe(self, audience: Audience, member: Member, reason: str) -> bool:
        """The member unsubscribes; False when they were not subscribed."""
        return self._end(audience, member, "unsubscribed", "unsubs", reason or "None given")

    def bounce(self, audience: Audience, member: Member) -> bool:
        """The address is dead: the vendor cleans the member."""
        return self._end(audience, member, "cleaned", "cleaned", "")

    def archive(self, audience: Audience, member: Member) -> bool:
        """Somebody tidied up; the contact stays visible, and the vendor tells no reason."""
        return self._end(audience, member, "archived", "other_removes", "")

    def _end(self, audience: Audience, member: Member, status: str, what: str, reason: str) -> bool:
        if member.gone or member.status not in ("subscribed", "pending"):
            return False
        audience.hold(member)
        audience.change(member, self.timeline.now, status=status, reason=reason)
        audience.record(what, self.timeline.now)
        return True

    def delete(self, audience: Audience, member: Member) -> None:
        """Delete the member for good: from now on the vendor has never heard of them."""
        if not member.gone:
            audience.hold(member)
            audience.delete(member)
            audience.record("deleted", self.timeline.now)
            audience.record("other_removes", self.timeline.now)

    # Changing

    def turn(self, index: int, turn: Turn) -> None:
        """Something happens in the person's life."""
        for number, member in list(self._held.get(index, {}).items()):
            if not member.gone:
                self._turn(index, turn, self.audiences[number], member)
        if turn.what == "married":
            self._family[index] = self.world.new_family_name(index, turn)
        elif turn.what == "moved":
            self._organisation[index] = self.world.new_organisation(index, turn)

    def _turn(self, index: int, turn: Turn, audience: Audience, member: Member) -> None:
        person = self.world.person(index)
        if turn.what == "erased":
            self.delete(audience, member)
        elif turn.what == "married":
            self.rename(audience, member, self.world.new_family_name(index, turn))
        elif member.email.lower() != person.personal_email:
            organisation = self.world.new_organisation(index, turn)
            if self.world.random("tells", index, turn.number, audience.key).random() < 0.6:
                self.readdress(
                    audience, member, work_address(person, organisation), organisation.name
                )
            else:
                wait = 20 * DAY
                self.timeline.at(self.timeline.now + wait, partial(self.bounce, audience, member))

    def rename(self, audience: Audience, member: Member, family: str) -> None:
        """A new family name in whichever merge field the audience keeps it."""
        merge = {
            tag: family if tag in setup.FAMILY and value else value
            for tag, value in member.merge.items()
        }
        self.edit(audience, member, merge=merge)

    def readdress(
        self, audience: Audience, member: Member, email: str, organisation: str = ""
    ) -> None:
        """A new address: the id in the vendor's addresses changes, `contact_id` stays."""
        if audience.taken(email) or member.gone:
            return
        merge = {
            tag: organisation if organisation and tag in setup.ORGANISATION and value else value
            for tag, value in member.merge.items()
        }
        audience.hold(member)
        audience.change_address(member, self.timeline.now, email, merge)

    def edit(self, audience: Audience, member: Member, **fields: Any) -> None:
        """Change some fields of a member."""
        if not member.gone:
            audience.hold(member)
            audience.change(member, self.timeline.now, **fields)

    def _next_edit(self, audience: Audience, member: Member, number: int) -> None:
        chance = self.world.random("edit", audience.key, member.serial, number)
        wait = DAY + int(chance.expovariate(1 / (240 * DAY)))
        self.timeline.at(self.timeline.now + wait, partial(self._edit, audience, member, number))

    def _edit(self, audience: Audience, member: Member, number: int) -> None:
        if member.gone:
            return
        self.edit_at_random(
            audience, member, self.world.random("edits", audience.key, member.serial, number)
        )
        self._next_edit(audience, member, number + 1)

    def edit_at_random(self, audience: Audience, member: Member, chance: Random) -> None:
        """A tag comes or goes, other interests are chosen, or somebody writes a note."""
        way = chance.random()
        if member.gone:
            return
        if way < 0.6 and audience.tags:
            audience.hold(member)
            self._tag_at_random(audience, member, chance, 1.0)
            self.edit(audience, member)
        elif way < 0.9:
            chosen = _some_topics(audience, chance) | _consent_now(audience, member, chance)
            self.edit(audience, member, interests=chosen)
        else:
            note = (
                member.serial * 10 + chance.randrange(10),
                self.timeline.now,
                "Met at the annual meeting",
            )
            self.edit(audience, member, note=note)

    def _tag_at_random(
        self, audience: Audience, member: Member, chance: Random, likely: float
    ) -> None:
        plain = [tag for tag in audience.tags if tag not in audience.call_tags]
        chosen = [chance.choice(plain)] if chance.random() < likely and plain else []
        if member.serial <= 3:  # the first three have been at every call: more tags than are shown
            chosen += [tag for tag in audience.call_tags if tag not in member.tags]
        for tag in chosen:
            if member.tags.pop(tag, None) is None:
                member.tags[tag] = self.timeline.now
            audience.tags[tag].updated = self.timeline.now


def _ip(chance: Random) -> str:
    return f"{chance.choice(('192.0.2', '198.51.100', '203.0.113'))}.{chance.randrange(1, 255)}"


def _some_topics(audience: Audience, chance: Random) -> frozenset[str]:
    offered = (item["id"] for item in audience.interests if item["id"] != audience.consent)
    return frozenset(topic for topic in offered if chance.random() < 0.3)


def _consent_now(audience: Audience, member: Member, chance: Random) -> frozenset[str]:
    """What the member says about being listed when asked again; few think otherwise than before."""
    if not audience.consent:
        return frozenset()
    agreed = audience.consent in member.interests
    return frozenset([audience.consent] if agreed != (chance.random() < 0.08) else ())
