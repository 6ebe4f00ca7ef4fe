"""Why the journey stops, and the one way in which it says so."""


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
