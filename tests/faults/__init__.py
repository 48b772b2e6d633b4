"""Stories of mishaps: whatever happens on the way, the warehouse ends with what the vendor holds.

`mishaps.py` says what may happen, `worlds.py` to whom, `story.py` plays one seed, `__main__.py`
plays thousands. `docs/faults.md` tells how to run it and what is promised.
"""
