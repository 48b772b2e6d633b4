"""The tests of cophub-discourse."""
