"""An invented population, to any size, as an organisation for global health meets it.

`Population(seed=1, accounts=27_284).accounts()` streams about 10,000 people's accounts at five
kinds of vendor, each with the truth beside it: whose it is, and what it tells.
"""

from cophub.sandbox.population.held import Held, linkable
from cophub.sandbox.population.stream import Population

__all__ = ["Held", "Population", "linkable"]
