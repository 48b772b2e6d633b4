"""What people are asked: pairs that the data alone cannot settle, best gain first."""

from cophub.identities.review.questions import Question, asked, question_id
from cophub.identities.review.queue import Queue

__all__ = ["Question", "Queue", "asked", "question_id"]
