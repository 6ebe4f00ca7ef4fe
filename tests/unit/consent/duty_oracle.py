"""What section 16LA of the Children Act 2004 asks for, said again sentence by sentence, apart from the code.

Written from docs/sources/law.md#duty-to-share-section-16la. It shares no code and no data with the rules.
"""

from dataclasses import dataclass
from itertools import product

SENTENCES = {
    "who": "A body of section 11(1), a designated childcare or education agency, or a provider who works for one of "
    "them, holds something,",
    "whom": "and another such body is told,",
    "about": "about a child, or about somebody else as it relates to the child,",
    "relevant": "where it is relevant to safeguarding or promoting the welfare of the child,",
    "helps": "and may help that body's work,",
    "unless": "unless sharing would be more detrimental to the child than not sharing.",
}
BODIES = ("council", "councils_housing", "police", "nhs", "school")
"""Each is of a body that the law names; the council's housing service is the council."""
PROVIDERS = ("charity_under_contract",)
OTHERS = ("charity", "housing_association", "jobcentre", "jobcentre_under_contract")
"""Neither named nor working for who is; what binds the Jobcentre's data binds it under whatever contract."""


@dataclass(frozen=True)
class DutyCase:
    """Shape: `about` is child, parent_of_child, or adult, with whom no child is named."""

    asker: str = "council"
    holder: str = "police"
    about: str = "child"
    relevant: bool = True
    helps: bool = True
    more_detrimental: bool = False


def failing_sentence(case: DutyCase) -> str | None:
    """The first sentence that is not met; None where the holder must share."""
    bound = BODIES + PROVIDERS
    if case.holder not in bound:
        return "who"
    if case.asker not in bound or case.asker == case.holder:
        return "whom"
    if case.about not in ("child", "parent_of_child"):
        return "about"
    if not case.relevant:
        return "relevant"
    if not case.helps:
        return "helps"
    if case.more_detrimental:
        return "unless"
    return None


def list_cases() -> list[DutyCase]:
    """Everybody with everybody; and of one pair, everything that the sentences tell apart."""
    everybody = BODIES + PROVIDERS + OTHERS
    pairs = [DutyCase(asker, holder) for asker, holder in product(everybody, everybody)]
    either = (True, False)
    of_one_pair = [
        DutyCase(about=about, relevant=relevant, helps=helps, more_detrimental=harm)
        for about, relevant, helps, harm in product(("child", "parent_of_child", "adult"), either, either, either)
    ]
    return list(dict.fromkeys(pairs + of_one_pair))
