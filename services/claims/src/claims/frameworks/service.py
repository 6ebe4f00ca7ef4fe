"""Showing what the data files say."""

from chassis.schemas import Money
from claims.frameworks import catalogue
from claims.frameworks.schemas import FrameworkList, FrameworkView, OutcomesPlanList, OutcomesPlanView


def list_frameworks() -> FrameworkList:
    """The financial frameworks, as their data files say."""
    documents, _ = catalogue.documents()
    return FrameworkList(
        items=[
            FrameworkView(
                framework=data["framework"],
                title=data["title"],
                from_=data["from"],
                result=Money(pence=data["result"]["pence"]),
                attachment_fee=Money(pence=data["attachment_fee"]["pence"]),
                document=data,
            )
            for data in documents
        ]
    )


def list_outcomes_plans() -> OutcomesPlanList:
    """The outcomes plans, every version, as their data files say."""
    _, documents = catalogue.documents()
    return OutcomesPlanList(
        items=[
            OutcomesPlanView(
                plan=data["plan"],
                framework=data["framework"],
                version=data["version"],
                from_=data["from"],
                to=data["to"],
                rules=data,
            )
            for data in documents
        ]
    )
