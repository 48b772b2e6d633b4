"""Rules about whose accounts are; plugins that come through the same hook as anybody's."""
