"""The parts of `benchmarks/identities.py`."""
