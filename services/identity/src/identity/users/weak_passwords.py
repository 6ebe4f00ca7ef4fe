"""Passwords that are soon guessed: leaked ones, words, names, dates, keys side by side, and the person's own data.

zxcvbn carries the lists and counts the guesses. A length alone says little: `aaaaaaaaaaaa` has twelve characters.
"""

import re
from collections.abc import Iterable

from zxcvbn import zxcvbn

from chassis.problems import Fault, RequestNotValid

STRONG = 3
"""zxcvbn's scale of 0 to 4. Below 3 a password takes less than 10^8 guesses."""
JUDGED = 32
"""Characters, from the beginning. Some longer passwords, made for it, would take seconds to judge."""
LEFT = 6
"""Characters that a password has beside the person's own words. Example: `ana-archer-2026` has seven, and is judged."""
OF_THE_PLATFORM = ("think family", "thinkfamily")
WORD = re.compile(r"\w{3,}")


def list_own_words(*texts: str) -> list[str]:
    """What stands in somebody's name, address and service: whoever knows them tries it first.

    Example: `ana@thornbury.example` gives itself, `ana`, `thornbury` and `example`.
    """
    words = [word for text in texts for word in (text, *WORD.findall(text))]
    return list(dict.fromkeys(word.casefold() for word in words if word))


def is_weak(password: str, own: Iterable[str] = ()) -> bool:
    """Whether the password is soon guessed, by somebody who tries these words first, or is little more than they."""
    own = [*own, *OF_THE_PLATFORM]
    left = password.casefold()
    for word in sorted(own, key=len, reverse=True):
        left = left.replace(word, "")
    if len(left) < LEFT:
        return True
    judged = zxcvbn(password[:JUDGED], user_inputs=own)
    return int(judged["score"]) < STRONG


def check_password(password: str, own: Iterable[str], member: str = "password") -> None:
    """Errors: RequestNotValid, without a word of the password."""
    if is_weak(password, own):
        fault = Fault(
            pointer=f"/body/{member}",
            code="password_weak",
            detail="This password has leaked elsewhere or is soon guessed",
            fix="Take four words that have nothing to do with each other or the person, or use a generator.",
        )
        raise RequestNotValid(errors=[fault])
