"""`people review`: questions one by one, or nine at once, answered with single keys.

Each answer is kept when it is given, so a terminal that dies loses nothing. People are brought up
to date in batches: after some answers, and at the end.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.screen import Screen

from cophub.cli import show
from cophub.cli.keys import Keys, pressed
from cophub.cli.review_screen import (
    Progress,
    batch_screen,
    help_screen,
    question_screen,
    what_changed,
)
from cophub.identities.decisions import Contradiction, Fact

if TYPE_CHECKING:
    from cophub.hub.people import Decide
    from cophub.hub.review import Review
    from cophub.identities.profile import Side
    from cophub.identities.review import Question, Queue

SETTLE_AFTER = 25
"""Answers after which people are brought up to date in between."""
_AHEAD = 12
"""Questions whose two sides are read at once."""
_AT_ONCE = 9
_AROUND = 8
"""Rows of the screen around the questions of a page, which take two each."""
_QUIT = frozenset("q\x1b\x03\x04")


@dataclass
class Session:
    """One sitting: what was answered, and what has yet to take effect."""

    review: "Review"
    queue: "Queue"
    how: "Decide"
    console: Console
    joins: float | None = None
    keys: Keys = field(default_factory=Keys)
    facts: list[tuple[Fact, ...]] = field(default_factory=list)
    """The decisions of each answer; none where it was skipped or stood before."""
    waiting: int = 0
    """Answers that have not taken effect yet."""
    waits: str | None = None
    message: str = ""
    _sides: dict[str, "tuple[Side, Side]"] = field(default_factory=dict)

    @property
    def progress(self) -> Progress:
        queue = self.queue
        return Progress(len(queue.answers), queue.worth, queue.gained, queue.parted)

    def run(self) -> None:
        """Ask until nothing is left or somebody has enough."""
        with pressed() as self.keys, self.console.screen(hide_cursor=True) as screen:
            try:
                while (waiting := self.queue.waiting()) and self._one(screen, waiting):
                    pass
            except (KeyboardInterrupt, EOFError, OSError):
                pass
            if self.waiting:
                self._settle(screen)

    def _one(self, screen: "object", waiting: "list[tuple[Question, int]]") -> bool:
        """One question; False when somebody has enough."""
        question, gain = waiting[0]
        sides = self._of(waiting)
        shown = question_screen(
            question, sides[question.id], gain, self.progress, self.message, self.joins,
            (self.console.width, self.console.height),
        )  # fmt: skip
        self._update(screen, shown)
        key = self.keys.next().lower()
        self.message = ""
        if key in _QUIT:
            return False
        if key in ("s", "y", "d", "n"):
            self.answer(question, key in ("s", "y"), screen)
        elif key in ("k", " "):
            self.queue.answer(question, None)
            self.facts.append(())
        elif key == "u":
            self.undo()
        elif key == "?":
            self._update(screen, help_screen(self.progress))
            self.keys.next()
        elif key == "b":
            return self._batches(screen)
        else:
            self.message = "[yellow]s, d, k, u, b, ? or q[/]"
        return True

    def answer(self, question: "Question", same: bool, screen: object = None) -> bool:
        """Keep an answer; whether it was kept."""
        found = self.review.answer(question, same, self.how)
        if isinstance(found, Contradiction):
            self.message = f"[red]✗ contradicts {escape(str(found))}[/]  [dim]k skips it[/]"
            return False
        self.queue.answer(question, same)
        self.facts.append(found)
        self.waiting += 1
        if question.joined:
            # What a person's other questions show on either side is without those who left.
            self._sides.clear()
        word = "[green]same[/]" if same else "[red]different[/]"
        number = f", decision {found[0].number}" if found else ""
        self.message = f"✓ {word}{number}  [dim]u takes it back[/]"
        if self.waiting >= SETTLE_AFTER:
            self._settle(screen)
        return True

    def undo(self) -> None:
        """Take the last answer back."""
        last = self.queue.undo()
        if last is None:
            self.message = "[yellow]nothing to take back yet[/]"
            return
        if last[0].joined:
            self._sides.clear()
        facts = self.facts.pop()
        if facts:
            self.review.take_back(facts)
            self.waiting += 1
        self.message = "[yellow]↶[/] taken back"

    def _batches(self, screen: object) -> bool:
        """Pages of nine questions, until somebody goes back or has enough."""
        at_once = max(1, min(_AT_ONCE, (self.console.height - _AROUND) // 2))
        while waiting := self.queue.waiting()[:at_once]:
            marks: list[bool | None] = [None] * len(waiting)
            sides = self._of(waiting)
            while True:
                rows = [
                    (question, sides[question.id], mark)
                    for (question, _), mark in zip(waiting, marks, strict=True)
                ]
                self._update(screen, batch_screen(rows, self.progress, self.message))
                key = self.keys.next()
                self.message = ""
                if key in _QUIT:
                    return False
                if key == "b":
                    return True
                if key == "a":
                    marks = [True if mark is None else mark for mark in marks]
                elif key.isdecimal() and 1 <= int(key) <= len(marks):
                    turn: dict[bool | None, bool | None] = {None: True, True: False, False: None}
                    marks[int(key) - 1] = turn[marks[int(key) - 1]]
                elif key in "\r\n":
                    break
            self._keep(waiting, marks, screen)
        return True

    def _keep(
        self,
        waiting: "list[tuple[Question, int]]",
        marks: list[bool | None],
        screen: object,
    ) -> None:
        """Keep the answers of a page; what was left open is skipped."""
        refused = 0
        # Who is parted first is not brought together by a yes of the same page.
        answers = sorted(zip(waiting, marks, strict=True), key=lambda pair: not pair[0][0].joined)
        for (question, _), mark in answers:
            if mark is None:
                self.queue.answer(question, None)
                self.facts.append(())
            elif not self.answer(question, mark, screen):
                refused += 1
                self.queue.answer(question, None)
                self.facts.append(())
        kept = sum(mark is not None for mark in marks) - refused
        self.message = f"✓ {kept} kept" + (
            f"  [red]{refused} contradict what was decided, and were skipped[/]" if refused else ""
        )

    def _of(self, waiting: "list[tuple[Question, int]]") -> dict[str, "tuple[Side, Side]"]:
        """The sides of the questions that come next."""
        needed = [q for q, _ in waiting[:_AT_ONCE] if q.id not in self._sides]
        if needed:
            ahead = [q for q, _ in waiting[:_AHEAD] if q.id not in self._sides]
            self._sides |= self.review.sides(ahead)
        return self._sides

    def _settle(self, screen: object) -> None:
        if screen is not None:
            self._update(screen, Screen("\n  bringing people up to date…"))
        self.waits = self.review.settle()
        self.waiting = 0

    def _update(self, screen: object, shown: object) -> None:
        update = getattr(screen, "update", None)
        if update is not None:
            update(shown)


def sit(review: "Review", queue: "Queue", how: "Decide", joins: float | None) -> int:
    """Ask on this terminal; 1 where the answers wait to take effect."""
    if not queue.waiting():
        show.say("  nothing to ask: what the data cannot settle is answered, or not worth it")
        return 0
    session = Session(review, queue, how, Console(highlight=False), joins)
    session.run()
    answers = [same for _, same in queue.answers]
    same, other, skipped = (answers.count(value) for value in (True, False, None))
    left = len(queue.waiting())
    show.say(
        f"{show.mark('done')} {same} same, {other} different, {skipped} skipped;"
        f" {what_changed(queue.gained, queue.parted) or 'nothing changed'}"
    )
    if session.waits:
        show.say(f"  {show.mark('warning')} answers are kept, but people wait: {session.waits}")
    elif same or other:
        show.say(f"  {show.dim(show.FIGURES)}")
    if learned := str(review.learned()):
        show.say(f"  {show.dim(learned)}")
    if left:
        show.say(f"  {left:,} more are worth asking; cophub people review goes on with them")
    elif skipped:
        show.say("  what was skipped is asked again next time")
    return int(bool(session.waits))


__all__ = ["SETTLE_AFTER", "Session", "sit"]
