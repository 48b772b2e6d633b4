"""The pages that plugins add to the site: what they may ask, what they show, and their files."""
