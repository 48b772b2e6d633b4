"""Organisations: names, domains and parents, and who worked for whom when."""
