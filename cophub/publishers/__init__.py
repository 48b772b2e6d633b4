"""Publishers that come with cophub."""
