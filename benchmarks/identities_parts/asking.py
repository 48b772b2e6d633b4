"""Questions answered by the truth, and groups that are joined as answers come."""

from collections.abc import Iterable, Iterator, Sequence


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


def answered(
    questions: Iterable[tuple[int, int]], groups: Groups, people: Sequence[str], budget: int
) -> Iterator[tuple[int, int, bool]]:
    """The first `budget` questions that are worth asking, each with whether it is one person.

    Two groups are asked about once, and not if earlier answers have joined them.
    """
    settled: set[tuple[int, int]] = set()
    for a, b in questions:
        one, other = sorted((groups.top(a), groups.top(b)))
        if one == other or (one, other) in settled:
            continue
        if budget == 0:
            return
        budget -= 1
        settled.add((one, other))
        same = people[a] == people[b]
        if same:
            groups.join(a, b)
        yield a, b, same
