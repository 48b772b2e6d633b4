"""A Singer tap of the warehouse, so that every Singer target can read it.

Source: the Singer specification, through the Meltano SDK (`singer-sdk`), which is imported only by
whoever asks for `TapCophub`. `published` says which streams there are, `bookmarks` how far a reader
got, `streams` reads one of them, `tap` all.
"""
