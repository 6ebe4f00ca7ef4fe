"""Rules of the house, as linters have them: a function over a subject, with examples of its own.

A rule looks at a *subject* (the sources of a program, its routes, its events, a page) and yields one sentence for each
fault. The same function looks at the real tree and at small examples: each valid example must yield nothing, each
invalid one a sentence that holds the given words. So a rule that has fallen asleep fails before the tree does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """One truth about the house.

    Shape: `says` is the rule in a sentence. `finds` yields a sentence for each fault of a subject. `valid` are examples
    by name; `invalid` too, each with words that the sentence about it holds.
    Errors: ValueError for a rule without examples of both kinds: nobody could tell whether it is awake.
    """

    says: str
    finds: Callable[[Subject], Iterable[str]]
    valid: Mapping[str, Subject]
    invalid: Mapping[str, tuple[Subject, str]]

    def __post_init__(self) -> None:
        if not self.valid or not self.invalid:
            raise ValueError(f"The rule {self.says!r} has no example that is {'invalid' if self.valid else 'valid'}")

    def check(self, *subjects: Subject) -> None:
        """Errors: AssertionError with every fault of the subjects, a line each; where there is no subject at all."""
        assert subjects, f"{self.says}: nothing was looked at"
        faults = [fault for subject in subjects for fault in self.finds(subject)]
        assert not faults, f"{self.says}\n" + "\n".join(faults)
