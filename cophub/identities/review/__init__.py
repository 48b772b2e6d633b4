"""What people are asked: pairs that the data alone cannot settle, best gain first."""

from cophub.identities.review.questions import Question, Queue, asked, question_id

__all__ = ["Question", "Queue", "asked", "question_id"]
