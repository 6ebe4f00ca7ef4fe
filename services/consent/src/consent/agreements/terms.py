"""What a term must hold to be lawful, and what a strategic agreement leaves room for. Pure: no store, no clock."""

from collections.abc import Iterator, Sequence
from datetime import date

from chassis.problems import Fault
from consent.agreements.schemas import AgreementRequest, TermSchema
from consent.models import Agreement
from vocabulary.categories import CATEGORIES
from vocabulary.conditions import CONDITIONS, SCHEDULE_1, Article, list_paragraphs_for


def find_faults_of_terms(terms: Sequence[TermSchema]) -> Iterator[Fault]:
    """What special data lacks. Source: docs/sources/law.md#conditions-for-special-data."""
    for number, term in enumerate(terms):
        yield from _faults_of_conditions(term, f"/body/terms/{number}")


def find_faults_of_frame(request: AgreementRequest, frame: Agreement) -> Iterator[Fault]:
    """Where a district agreement is wider than its strategic one. Source: docs/sources/sharing.md#tiers."""
    bases = {(term.purpose, term.category): term.basis for term in frame.terms}
    for number, term in enumerate(request.terms):
        basis = bases.get((term.purpose, term.category))
        if basis is None:
            yield _wider(f"/body/terms/{number}", "the strategic agreement has no term of this purpose and category")
        elif basis != term.basis:
            yield _wider(f"/body/terms/{number}/basis", "the strategic agreement rests it on another basis")
    if request.from_ < frame.begins:
        yield _wider("/body/from", "the strategic agreement begins later")
    if frame.ends is not None and (request.to or date.max) > frame.ends:
        yield _wider("/body/to", "the strategic agreement ends before that")


def _faults_of_conditions(term: TermSchema, pointer: str) -> Iterator[Fault]:
    given: dict[Article, str | None] = {9: term.article_9, 10: term.article_10}
    asked = CATEGORIES[term.category].article
    if asked is not None and given[asked] is None:
        yield Fault(
            pointer=f"{pointer}/article_{asked}",
            code="condition_missing",
            detail=f"Data of this category is special: UK GDPR Article {asked} asks for a condition beside the basis",
            fix=f"Name one that `GET /v1/conditions` lists for article {asked}.",
        )
    conditions = [CONDITIONS[code] for code in given.values() if code]
    fitting = [set(list_paragraphs_for(condition)) for condition in conditions if condition.parts]
    if fitting and term.schedule_1 is None:
        yield Fault(
            pointer=f"{pointer}/schedule_1",
            code="paragraph_missing",
            detail="This condition also asks for a paragraph of Schedule 1 of the Data Protection Act 2018",
            fix=f"Name one of these: {', '.join(sorted(fitting[0], key=int))}.",
        )
    elif term.schedule_1 is not None and not any(term.schedule_1 in paragraphs for paragraphs in fitting):
        yield Fault(
            pointer=f"{pointer}/schedule_1",
            code="paragraph_does_not_fit",
            detail="No condition of this term asks for this paragraph",
            fix="Name a paragraph that `GET /v1/conditions` lists for the condition, or none where it lists none.",
        )
    if term.schedule_1 is not None and SCHEDULE_1[term.schedule_1].policy_document and not term.policy_document:
        yield Fault(
            pointer=f"{pointer}/policy_document",
            code="policy_document_missing",
            detail="This paragraph asks for an appropriate policy document",
            fix="Give the reference of the document.",
        )


def _wider(pointer: str, why: str) -> Fault:
    return Fault(
        pointer=pointer,
        code="wider_than_frame",
        detail=f"A district agreement narrows and never widens: {why}",
        fix="Keep to what `GET /v1/agreements/{id}` shows of the strategic agreement.",
    )
