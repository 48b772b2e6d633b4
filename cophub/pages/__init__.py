"""The pages of the site that come with cophub as plugins, through the same hook as anybody's."""
