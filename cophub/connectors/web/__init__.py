"""Fetching one file from the web, for every connector that reads what a site publishes.

No plugin: feeds and calendars ask in the same way, and are told in the same way that nothing is
new.
"""
