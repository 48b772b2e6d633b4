"""Countries and cities as matching compares them."""

from functools import lru_cache

from anyascii import anyascii


@lru_cache(maxsize=65536)
def country_code(text: str) -> str:
    """`Côte d'Ivoire` -> `ci`; the folded text where it names no country that is known."""
    return fold(text)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower-case ASCII with single blanks."""
    return " ".join(anyascii(text).lower().split())


__all__ = ["country_code", "fold"]
