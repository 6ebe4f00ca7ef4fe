"""The reasons for which the journey stops."""

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


class StopAsked(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP; no error, and nothing may catch it on the way."""


def heed_signals() -> None:
    """From now on Ctrl-C, SIGTERM and SIGHUP raise `StopAsked`, also in the background, where Ctrl-C's is ignored."""
    for name in SIGNALS:
        signal.signal(name, _ask_to_stop)


def _ask_to_stop(number: int, frame: FrameType | None) -> NoReturn:
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)  # stopping takes a moment, and a second Ctrl-C would cut it short
    raise StopAsked
