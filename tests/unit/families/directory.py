"""The directory as identity would have told it: the areas, services and people whom the tests name."""

from chassis.db import now, upsert
from chassis.runtime import Runtime
from directory.tables import DirectoryArea, DirectoryService, DirectoryUser

COUNCIL = "thornbury-council"
AREAS = ("elm", "thornbury")
SERVICES = {
    "programme": (COUNCIL, "programme"),
    "early-help": (COUNCIL, "early-help"),
    "education": (COUNCIL, "education"),
    "housing": (COUNCIL, "housing"),
    "school-nursing": ("health-trust", "health"),
    "neighbourhood-policing": ("police", "police"),
    "jobcentre": ("jobcentre-plus", "employment"),
}
LEADS = {"leo": "programme", "lena": "programme", "lou": "early-help"}


def know_everybody(runtime: Runtime) -> None:
    at = now()
    with runtime.write() as session:
        upsert(session, DirectoryArea, [{"area": area, "recorded_at": at} for area in AREAS], key=["area"])
        upsert(
            session,
            DirectoryService,
            [
                {"service": code, "agency": agency, "sector": sector, "recorded_at": at}
                for code, (agency, sector) in SERVICES.items()
            ],
            key=["service"],
        )
        upsert(
            session,
            DirectoryUser,
            [
                {
                    "user": user, "service": service, "agency": COUNCIL, "roles": ["lead_professional"],
                    "areas": ["thornbury"], "status": "active", "recorded_at": at,
                }
                for user, service in LEADS.items()
            ],
            key=["user"],
        )  # fmt: skip
