"""Why the journey stops, and the one way in which it says so."""

import signal
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotGoOn(Exception):
    """Something outside the journey is wrong; the message is one clear line that says what to do."""


class WentWrong(Exception):
    """The platform did not do what it should: an answer that is not allowed here, or work that never ends."""


class FigureDiffers(WentWrong):
    """A figure is not what the truth says."""

    def __init__(self, figure: str, expected: object, got: object) -> None:
        super().__init__(f"{figure}: expected {expected}, got {got}")


class Asked(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP; no error, and nothing may catch it on the way."""


def heed_signals() -> None:
    """From now on Ctrl-C, SIGTERM and SIGHUP raise `Asked`, also in the background, where Ctrl-C's is ignored."""
    for name in SIGNALS:
        signal.signal(name, _stop)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)  # stopping takes a moment, and a second Ctrl-C would cut it short
    raise Asked
