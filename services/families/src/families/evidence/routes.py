"""Evidence bundles: frozen for a claim, read for its audit."""

from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import StatedPurpose
from chassis.db import WriteSession
from chassis.etag import etag
from chassis.idempotency import Once
from chassis.runtime import TheRuntime
from families.access import FreezeEvidence, ReadEvidence
from families.evidence import service
from families.evidence.schemas import BundleRequest, BundleView, BundleWritten

router = APIRouter(tags=["evidence"])


@router.post("/v1/families/{family_id}/evidence-bundles", status_code=201)
def freeze_bundle(
    family_id: UUID,
    request: BundleRequest,
    caller: FreezeEvidence,
    session: WriteSession,
    once: Once,
    runtime: TheRuntime,
) -> BundleWritten:
    """Freeze what is known of a family for a claim."""
    return service.freeze_bundle(session, caller, family_id, request, once, runtime.settings.late_after_days)


@router.get("/v1/evidence-bundles/{bundle_id}")
def show_bundle(
    bundle_id: UUID, caller: ReadEvidence, purpose: StatedPurpose, runtime: TheRuntime, response: Response
) -> BundleView:
    """One bundle, as far as it may be shown."""
    view = service.show_bundle(runtime, caller, purpose, bundle_id)
    response.headers["ETag"] = etag(1)
    return view
