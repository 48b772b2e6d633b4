"""What is told of one code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorCode:
    """One kind of error; each text is a sentence or two without names of a particular hub."""

    code: str
    title: str
    cause: str
    next_step: str
    advice: str | None = None
    """What `status` says to do about a source that failed so; SOURCE stands for its name."""


__all__ = ["ErrorCode"]
