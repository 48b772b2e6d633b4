"""Daily change in a crowd: some members edit, leave, bounce, move or are deleted, and some join."""

from cophub.sandbox.mailchimp.crowd import Crowd
from cophub.sandbox.mailchimp.life import Life
from cophub.sandbox.mailchimp.state import Audience, Member
from cophub.sandbox.timeline import Timeline
from cophub.sandbox.world import DAY, World


class Churn:
    """Changes about `daily` members of one crowd every day, in the course of the day."""

    def __init__(
        self,
        world: World,
        timeline: Timeline,
        life: Life,
        audience: Audience,
        crowd: Crowd,
        daily: int,
    ) -> None:
        self.world = world
        self.timeline = timeline
        self.life = life
        self.audience = audience
        self.crowd = crowd
        self.daily = daily

    def begin(self, start: int) -> None:
        """From `start` on."""
        if self.daily:
            self.timeline.at(start + DAY // self.daily, lambda: self._step(start, 1))

    def _step(self, start: int, number: int) -> None:
        self._change(number)
        following = start + (number + 1) * DAY // self.daily
        self.timeline.at(following, lambda: self._step(start, number + 1))

    def _change(self, number: int) -> None:
        chance = self.world.random("churn", self.audience.key, number)
        crowd, now = self.crowd, self.timeline.now
        way = chance.random()
        if way < 0.2:
            self.audience.add(self._newcomer(now))
            self.audience.record("subs", now)
            return
        member = crowd.member(chance.randrange(crowd.size))
        if way < 0.6:
            self.life.edit_at_random(self.audience, member, chance)
        elif way < 0.75:
            self.life.unsubscribe(self.audience, member, "No longer interested")
        elif way < 0.85:
            self.life.rename(
                self.audience, member, chance.choice(("Okafor", "Moreau", "Quispe", "Novak"))
            )
        elif way < 0.9:
            self.life.bounce(self.audience, member)
        elif way < 0.95:
            self.life.readdress(self.audience, member, f"moved.{number}@gmail.example")
        else:
            self.life.delete(self.audience, member)

    def _newcomer(self, now: int) -> Member:
        member = self.crowd.make(self.audience.next_serial())
        member.status, member.reason = "subscribed", ""
        member.changed = member.opt = member.first_opt = member.signup = now
        member.source = "Hosted Signup Form"
        return member
