"""The order in which questions are asked, and what answers do to those that come after.

First comes what brings most pairs of accounts together, or parts them, times the chance of that:
the order in which matching puts them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cophub.identities.links import Account
from cophub.identities.review.questions import Asked, Question, strength

_Pair = tuple[Account, Account]
"""The two accounts of a question, by which it is known; its id takes longer to make."""
_NONE: _Pair = (("", ""), ("", ""))
Answer = tuple[Question, bool | None]
"""Same, different, or None for skipped."""


def gain(a: int, b: int) -> int:
    """Accounts that find the rest of their person when people of so many accounts become one.

    Or that leave a person who was none, when the accounts on two sides are parted.
    """
    return min(a, b)


@dataclass
class Queue:
    """Questions in the order of their expected gain, which answers change.

    After a yes two people are one: questions about both become one question, and its gain grows.
    After a no two sides of a person are two.
    """

    all: Asked
    limit: int | None = None
    answers: list[Answer] = field(default_factory=list)
    """What was answered: same, different, or None for skipped."""
    _gains: list[int] = field(default_factory=list, repr=False)
    """What each answer changed, in accounts."""
    _known: "_State | None" = field(default=None, repr=False)

    @property
    def worth(self) -> int:
        """How many are asked in all, unless answers make some of them idle."""
        known = self.all.worth if self.limit is None else min(self.limit, len(self.all.questions))
        return max(known, len(self.answers))

    @property
    def gained(self) -> int:
        """How many accounts found the rest of their person by the answers so far."""
        return sum(n for (q, _), n in zip(self.answers, self._gains, strict=True) if not q.joined)

    @property
    def parted(self) -> int:
        """How many accounts left a person who was none by the answers so far."""
        return sum(n for (q, _), n in zip(self.answers, self._gains, strict=True) if q.joined)

    def waiting(self) -> list[tuple[Question, int]]:
        """The questions that are open now, the best first, each with the accounts to be gained.

        Of a person who may be two these are the accounts that would be parted.
        """
        state = self._state
        found = [*state.left_apart(self.all.questions), *state.held_together(self.all.questions)]
        ranks = self._ranks
        found.sort(key=lambda q: (-state.pairs(q) * ranks[q.a, q.b][0], ranks[q.a, q.b][1]))
        left = max(0, self.worth - len(self.answers))
        return [(question, gain(*state.sides(question))) for question in found[:left]]

    def sides(self, question: Question) -> tuple[int, int]:
        """The accounts on either side of a question as things stand now."""
        return self._state.sides(question)

    def answer(self, question: Question, same: bool | None) -> None:
        """Take an answer; None: skipped."""
        changes = same is not None and same != question.joined
        self._gains.append(self._state.gain(question) if changes else 0)
        self.answers.append((question, same))
        self._known = None

    def undo(self) -> Answer | None:
        """Take the last answer back; None where there was none."""
        if not self.answers:
            return None
        self._known = None
        self._gains.pop()
        return self.answers.pop()

    @cached_property
    def _ranks(self) -> dict[_Pair, tuple[float, int]]:
        """What each question is worth for a pair of accounts, and its place by strength."""
        ordered = sorted(self.all.questions, key=strength)
        return {(q.a, q.b): (q.stake, place) for place, q in enumerate(ordered)}

    @property
    def _state(self) -> "_State":
        if self._known is None:
            self._known = _State(self.all, self.answers)
        return self._known


class _State:
    """Who is one person by the answers so far, and which pairs are done with.

    Parts of people are tied by weak joins that nobody denied, and by what was said to be the same.
    """

    def __init__(self, known: Asked, answers: Sequence[Answer]) -> None:
        self._above: dict[str, str] = {}
        self._held: Counter[str] = Counter(known.sizes)
        """Accounts of each part or whole person."""
        self._accounts = Counter(self._held)
        """Accounts of each person, by their root."""
        self._beside: dict[str, list[tuple[str, _Pair]]] = {}
        """The tree that ties the parts: those beside each one, with the questions."""
        said = {(q.a, q.b): same for q, same in answers if q.joined}
        for question in known.questions:
            if question.joined and said.get((question.a, question.b)) is not False:
                self._tie(question)
        yes = [question for question, same in answers if same and not question.joined]
        for question in yes:
            self._tie(question)
        self._said = said.keys()
        self._whole = {self._root(question.parts[0]) for question in yes}
        """Whoever says that two people are one means all their accounts."""
        self._done = {self._pair(question) for question, same in answers if not same}

    def left_apart(self, questions: Iterable[Question]) -> list[Question]:
        """The strongest question of each two people who may be one."""
        found: dict[frozenset[str], Question] = {}
        for question in questions:
            pair = self._pair(question)
            if question.joined or len(pair) < 2 or pair in self._done:
                continue
            known = found.get(pair)
            if known is None or strength(question) < strength(known):
                found[pair] = question
        return list(found.values())

    def held_together(self, questions: Iterable[Question]) -> list[Question]:
        """The weak joins that nobody was asked about."""
        return [
            question
            for question in questions
            if question.joined
            and (pair := (question.a, question.b)) not in self._said
            and pair in self._beyond
            and self._root(question.parts[0]) not in self._whole
        ]

    def sides(self, question: Question) -> tuple[int, int]:
        """Accounts that a yes would bring together, or a no would part."""
        a, b = (self._root(part) for part in question.parts)
        if a != b:
            return self._accounts[a], self._accounts[b]
        part, accounts = self._beyond.get((question.a, question.b), ("", 0))
        rest = self._accounts[a] - accounts
        return (accounts, rest) if part == question.parts[0] else (rest, accounts)

    def gain(self, question: Question) -> int:
        return gain(*self.sides(question))

    def pairs(self, question: Question) -> int:
        """Pairs of accounts that an answer would bring together or part."""
        one, other = self.sides(question)
        return one * other

    @cached_property
    def _beyond(self) -> dict[_Pair, tuple[str, int]]:
        """For each tie the part at its far end, and the accounts that hang on it there."""
        found: dict[_Pair, tuple[str, int]] = {}
        seen: set[str] = set()
        for root in self._beside:
            if root in seen:
                continue
            seen.add(root)
            order: list[tuple[str, str, _Pair]] = [(root, "", _NONE)]
            for part, _, _ in order:
                for other, tie in self._beside[part]:
                    if other not in seen:
                        seen.add(other)
                        order.append((other, part, tie))
            hanging = {part: self._held[part] for part, _, _ in order}
            for part, above, tie in reversed(order[1:]):
                hanging[above] += hanging[part]
                found[tie] = (part, hanging[part])
        return found

    def _pair(self, question: Question) -> frozenset[str]:
        return frozenset(self._root(part) for part in question.parts)

    def _tie(self, question: Question) -> None:
        one, other = question.parts
        a, b = self._root(one), self._root(other)
        pair = (question.a, question.b)
        if a != b:
            self._above[b] = a
            self._accounts[a] += self._accounts[b]
            self._beside.setdefault(one, []).append((other, pair))
            self._beside.setdefault(other, []).append((one, pair))

    def _root(self, part: str) -> str:
        while part in self._above:
            part = self._above[part]
        return part


__all__ = ["Queue", "gain"]
