"""Questions answered by the truth, and groups that are joined as answers come."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Groups:
    """Connected components of positions."""

    def __init__(self, size: int) -> None:
        self.above = list(range(size))

    def top(self, at: int) -> int:
        """The position that stands for the group."""
        while self.above[at] != at:
            self.above[at] = self.above[self.above[at]]
            at = self.above[at]
        return at

    def join(self, a: int, b: int) -> None:
        self.above[max(self.top(a), self.top(b))] = min(self.top(a), self.top(b))

    def labels(self) -> list[int]:
        return [self.top(at) for at in range(len(self.above))]


class Question(NamedTuple):
    """Are these two accounts one person's? `joined`: they are held for that already."""

    a: int
    b: int
    joined: bool = False


def answered(
    questions: Iterable[Question], groups: Groups, people: Sequence[str], budget: int
) -> Iterator[tuple[Question, bool]]:
    """The first `budget` questions that are worth asking, each with whether it is one person.

    Two groups are asked about once, and not if earlier answers have joined them. Joins are each
    asked about once; what a no parts is for the caller to find.
    """
    settled: set[tuple[int, int]] = set()
    for question in questions:
        a, b, joined = question
        one, other = sorted((groups.top(a), groups.top(b)))
        if not joined and (one == other or (one, other) in settled):
            continue
        if budget == 0:
            return
        budget -= 1
        same = people[a] == people[b]
        if not joined:
            settled.add((one, other))
            if same:
                groups.join(a, b)
        yield question, same
