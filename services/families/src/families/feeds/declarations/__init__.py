"""The feeds, a module each: its `FEED` is found by its being here. `docs/adding.md` tells what else a feed needs."""
