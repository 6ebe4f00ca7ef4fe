"""The words of agreements: purposes, categories, lawful bases, conditions for special data."""

from fastapi import APIRouter

from chassis.paging import Page
from consent.access import ReadAgreements
from consent.catalogue.entries import CategoryEntry, ConditionEntry, Entry
from vocabulary.purposes import BASES, PURPOSES

router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get("/purposes")
def list_purposes(caller: ReadAgreements) -> Page[Entry]:
    """What data may be shared for."""
    return Page[Entry](items=Entry.list_declared(PURPOSES), next=None)


@router.get("/categories")
def list_categories(caller: ReadAgreements) -> Page[CategoryEntry]:
    """Kinds of data that can be shared, and which of them are special."""
    return Page[CategoryEntry](items=CategoryEntry.list_categories(), next=None)


@router.get("/conditions")
def list_conditions(caller: ReadAgreements) -> Page[ConditionEntry]:
    """What makes it lawful to share special data, beside a basis."""
    return Page[ConditionEntry](items=ConditionEntry.list_conditions(), next=None)


@router.get("/bases")
def list_bases(caller: ReadAgreements) -> Page[Entry]:
    """What makes sharing lawful."""
    return Page[Entry](items=Entry.list_declared(BASES), next=None)
