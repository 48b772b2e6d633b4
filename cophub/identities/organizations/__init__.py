"""Organisations: by which names and domains they go, and who works for which of them, when."""
