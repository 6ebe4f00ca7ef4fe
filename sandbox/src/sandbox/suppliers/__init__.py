"""Who pushes what, a module a feed: its `SUPPLY` is found by its being here."""
