"""The words of agreements: purposes, categories, lawful bases."""

from fastapi import APIRouter

from chassis.paging import Page
from consent.access import ReadAgreements
from consent.catalogue.entries import Entry
from vocabulary.categories import CATEGORIES
from vocabulary.purposes import BASES, PURPOSES

router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get("/purposes")
def list_purposes(caller: ReadAgreements) -> Page[Entry]:
    """What data may be shared for."""
    return Page[Entry](items=Entry.list_declared(PURPOSES), next=None)


@router.get("/categories")
def list_categories(caller: ReadAgreements) -> Page[Entry]:
    """Kinds of data that can be shared."""
    return Page[Entry](items=Entry.list_declared(CATEGORIES), next=None)


@router.get("/bases")
def list_bases(caller: ReadAgreements) -> Page[Entry]:
    """What makes sharing lawful."""
    return Page[Entry](items=Entry.list_declared(BASES), next=None)
