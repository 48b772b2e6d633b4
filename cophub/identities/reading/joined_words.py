"""Words of a name that another name writes in one, and particles that are written in one."""

from itertools import permutations

from cophub.identities.reading.spellings import SPELLING
from cophub.identities.reading.word_pairs import bare, word_key


def without_particle(word: str, words: tuple[str, ...], places: list[int]) -> tuple[int, ...]:
    """The place of the word that `word` is with or without a particle: `elamrani`, `amrani`."""
    for i in places:
        other = words[i]
        if len(other) != len(word) and (other in bare(word) or word in bare(other)):
            return (i,)
    return ()


def written_in_one(word: str, words: tuple[str, ...], places: list[int]) -> tuple[int, ...]:
    """The places of words that `word` writes in one: `xiaoming` for `xiao` and `ming`."""
    length = len(word)
    if length < 4 or len(places) < 2:
        return ()
    start = word[0]
    some = places[:5]
    begins = [i for i in some if words[i][0] == start]
    for i in begins:
        first = words[i]
        rest = length - len(first)
        for j in some:
            if (
                j != i
                and -4 < rest - len(words[j]) < 4
                and _one_word(first + words[j], word, first)
            ):
                return (i, j)
    if begins and len(some) > 2:
        for i, j, k in permutations(some, 3):
            if i in begins and -4 < length - len(words[i]) - len(words[j]) - len(words[k]) < 4:
                together = words[i] + words[j] + words[k]
                if _one_word(together, word, words[i]):
                    return (i, j, k)
    return ()


def _one_word(together: str, word: str, first: str) -> bool:
    if together == word or word_key(together) == word_key(word):
        return True
    # `Abd el-Kader` has lost its article by now, and `Abdelkader` has not.
    return SPELLING.get(first) == "abdul" and (
        word_key("abdul" + together[len(first) :]) == word_key(word)
    )


__all__ = ["without_particle", "written_in_one"]
