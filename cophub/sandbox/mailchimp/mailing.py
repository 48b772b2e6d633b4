"""Newsletters: drafted, scheduled, sent, and opened and clicked for weeks afterwards."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from random import Random

from cophub.sandbox import names
from cophub.sandbox.mailchimp.life import REASONS, Life
from cophub.sandbox.mailchimp.state import Act, Audience, Campaign, Delivery, Member, digest
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, World

HOUR = 3_600
LAST_OPEN = 45 * DAY
COUNTS_AS_SEND = 10
"""The vendor moves `campaign_last_sent` only for sends to at least so many recipients."""
SEGMENT = "Readers' panel"


class Mailing:
    """Sends every audience's newsletters on its schedule."""

    def __init__(self, world: World, timeline: Timeline, life: Life, *, panel: int = 500) -> None:
        self.world = world
        self.timeline = timeline
        self.life = life
        self.panel = panel
        """How many members of a crowd get newsletters: a segment of so many."""

    def begin(self, audience: Audience, rhythm: str, number: int) -> None:
        """Draft the first issue soon after the audience began; each issue plans the next."""
        monday = self._morning(self.world.start + (9 + 2 * number) * DAY)
        every = 14 * DAY if rhythm == "fortnightly" else 28 * DAY
        self.timeline.at(monday - 3 * DAY, partial(self._draft, audience, every, 1))

    def _morning(self, instant: int) -> int:
        """A Tuesday morning at or after the instant."""
        day = datetime.fromtimestamp(instant, UTC).replace(hour=8, minute=30, second=0)
        return int((day + timedelta(days=(1 - day.weekday()) % 7)).timestamp())

    def _draft(self, audience: Audience, every: int, issue: int) -> None:
        campaign = self.make(audience, issue)
        chance = self.world.random("issue", audience.key, issue)
        sent = self.timeline.now + 3 * DAY + chance.randrange(5) * HOUR
        self.timeline.at(
            self.timeline.now + every, partial(self._draft, audience, every, issue + 1)
        )
        if chance.random() < 0.04:  # an issue that never goes out, and stays a draft for ever
            return
        if issue % 12 == 3:
            self.timeline.at(sent - DAY, partial(self._test_send, audience, issue))
        self.timeline.at(sent - DAY, partial(self._schedule, campaign, sent))
        self.timeline.at(sent, partial(self.send, campaign))

    def make(self, audience: Audience, issue: int, kind: str = "regular") -> Campaign:
        """A new draft."""
        chance = self.world.random("draft", audience.key, issue, kind)
        when = datetime.fromtimestamp(self.timeline.now, UTC)
        number = len(audience.campaigns)
        campaign = Campaign(
            id=digest(audience.list_id, "campaign", number)[:10],
            web_id=13_000_000 + audience.web_id % 1000 * 1000 + number,
            audience=audience,
            title=f"{audience.key.upper()} newsletter {issue}: {when:%B %Y}",
            subject=f"{chance.choice(names.SUBJECTS)} ({when:%B %Y})",
            preview=f"In this issue: {', '.join(chance.sample(names.TOPICS, 3)).lower()}",
            created=self.timeline.now,
            type="plaintext" if chance.random() < 0.06 else "regular",
            segment=SEGMENT if audience.crowd else "",
            links=[
                f"https://{audience.key}.example/news/{issue}/{slug}"
                for slug in ("read", "register", "resources")
            ],
        )
        audience.campaigns.append(campaign)
        return campaign

    def _schedule(self, campaign: Campaign, sent: int) -> None:
        campaign.status, campaign.scheduled = "schedule", sent

    def _test_send(self, audience: Audience, issue: int) -> None:
        """A send to the editors alone: a real campaign, but below ten recipients."""
        campaign = self.make(audience, issue, "test")
        campaign.title, campaign.segment = f"TEST {campaign.title}", "Editors"
        self.send(campaign, self.recipients(audience, 4))

    def send_extra(self, audience: Audience) -> Campaign:
        """A newsletter outside the schedule, sent now."""
        campaign = self.make(audience, len(audience.campaigns) + 1, "extra")
        self.send(campaign)
        return campaign

    def recipients(self, audience: Audience, most: int | None = None) -> list[Member]:
        """Who is subscribed now, in the order in which they came."""
        held = sorted(audience.members.values(), key=lambda member: member.serial)
        result = [member for member in held if member.status == "subscribed"]
        if audience.crowd:
            walk = audience.crowd.walk("subscribed", 0, audience.crowd.size)
            result = [audience.crowd.member(index) for index in islice(walk, self.panel)] + result
        return result[: most if most is not None else (self.panel if audience.crowd else None)]

    def send(self, campaign: Campaign, recipients: list[Member] | None = None) -> None:
        """Send now; what each recipient will do is settled here, and shows as time passes."""
        now, audience = self.timeline.now, campaign.audience
        chance = self.world.random("send", campaign.id)
        campaign.status, campaign.sent, campaign.scheduled = "sent", now, 0
        for member in self.recipients(audience) if recipients is None else recipients:
            delivery = self._deliver(campaign, member, chance)
            campaign.deliveries.append(delivery)
            member.deliveries.append(delivery)
        campaign.forwards = len(campaign.deliveries) // 60
        if len(campaign.deliveries) >= COUNTS_AS_SEND:
            audience.last_sent = now
            audience.since_send.clear()

    def _deliver(self, campaign: Campaign, member: Member, chance: Random) -> Delivery:
        now, ip, fate = self.timeline.now, f"198.51.100.{chance.randrange(1, 255)}", chance.random()
        if fate < 0.004:
            at = now + chance.randrange(5, 1_200)
            self.timeline.at(at, partial(self.life.bounce, campaign.audience, member))
            return Delivery(member, "hard", [Act(at, "bounce", "")])
        if fate < 0.012:
            return Delivery(member, "soft", [Act(now + chance.randrange(60, DAY), "bounce", "")])
        acts = _acts(campaign, member, ip, chance)
        if acts and chance.random() < 0.004:
            reason = chance.choice(REASONS[1:])
            self.timeline.at(acts[-1].at + 30, partial(self._opt_out, campaign, member, reason))
        if acts and chance.random() < 0.0005:
            campaign.abuse.append((acts[-1].at, member))
        return Delivery(member, "sent", acts)

    def _opt_out(self, campaign: Campaign, member: Member, reason: str) -> None:
        if self.life.unsubscribe(campaign.audience, member, reason):
            campaign.unsubscribed.append((self.timeline.now, member, reason or "None given"))


def _acts(campaign: Campaign, member: Member, ip: str, chance: Random) -> list[Act]:
    """Opens and clicks of one recipient, in order; most in two days, some weeks later."""
    acts = []
    if member.uses_proxy and chance.random() < 0.9:
        acts.append(
            Act(campaign.sent + chance.randrange(20, 3 * HOUR), "open", "203.0.113.9", proxy=True)
        )
    if chance.random() < member.eagerness:
        at = campaign.sent
        for _ in range(chance.choices((1, 2, 3, 6), (60, 22, 12, 6))[0]):
            at += int(chance.lognormvariate(10.2, 1.6)) + 30
            if chance.random() < 0.12:
                at += chance.randrange(3 * DAY, 30 * DAY)
            acts.append(Act(at, "open", ip))
        if chance.random() < 0.35:
            for link in sorted(chance.sample(range(len(campaign.links)), chance.choice((1, 1, 2)))):
                acts.append(Act(acts[-1].at + chance.randrange(5, 600), "click", ip, link))
    kept = [act for act in acts if act.at < campaign.sent + LAST_OPEN]
    return sorted(kept)
