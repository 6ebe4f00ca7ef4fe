"""The feeds, a module each: its `FEED` is found by its being here. The vocabulary holds what others must know of it."""
