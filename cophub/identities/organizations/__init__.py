"""Organisations: by which names and domains they go, and who works for which of them, when.

Texts come first: `words` and `normal` give a name its normal form, `offices` tells a country office
from its head, `known` lists those that ship with cophub. `register` finds the organisation of a
name or domain, and `learning` adds what accounts teach. Then the warehouse: `stored` keeps the
register, `said` what people say about it, `observed` what each account said and when,
`affiliations` makes spells of that, and `dated` writes them down for people.
"""
