"""What should be decided, said again as plainly as possible: loops over everything, no index, no order of rules.

Written from docs/sources/sharing.md#reach and the table in services/consent/README.md; shares no code with the rules.
"""

from datetime import date
from typing import Any

ALL_BUT_LOCATION = {"identity", "address", "attendance", "anti_social_behaviour", "benefits", "support"}
EVERYTHING = ALL_BUT_LOCATION | {"location"}
PLAIN = {"identity", "address", "attendance", "support"}
NAMELESS = {"attendance", "anti_social_behaviour", "benefits", "support"}
SEES: dict[str, dict[str, set[str]]] = {
    "analyst": {"identify": ALL_BUT_LOCATION, "claim": ALL_BUT_LOCATION},
    "programme_coordinator": {"identify": PLAIN, "support": PLAIN},
    "lead_professional": {"support": PLAIN, "welfare_of_child": PLAIN},
    "partner_practitioner": {"support": PLAIN, "welfare_of_child": PLAIN},
    "claims_officer": {"claim": NAMELESS},
    "internal_auditor": {"claim": NAMELESS},
    "assurance_visitor": {"claim": NAMELESS - {"benefits"}},
    "mash_worker": {"safeguarding": EVERYTHING, "welfare_of_child": EVERYTHING},
    "childrens_social_worker": {"safeguarding": EVERYTHING, "welfare_of_child": EVERYTHING},
    "team_manager": {"support": PLAIN, "safeguarding": EVERYTHING, "welfare_of_child": EVERYTHING},
}
OWNER = {"programme": "council", "education": "council", "jobcentre": "jobcentre-plus", "housing": "homes"}
"""Whose service each is: the controller whose notice its use needs."""


def may(store: dict[str, list[dict[str, Any]]], question: dict[str, Any], today: date) -> str:
    """permit, deny or needs_decision."""
    service, purpose, category, source = (question[k] for k in ("service", "purpose", "category", "source"))
    ids, roles, shown = question["ids"], question["roles"], question["operation"] == "read"

    if category in ("address", "location"):
        for protection in store["protections"]:
            if protection["person"] in ids and not protection["lifted"]:
                return "deny"

    if shown and roles and not any(role in SEES for role in roles):
        return "deny"
    if purpose not in ("safeguarding", "welfare_of_child"):
        for restriction in store["restrictions"]:
            if restriction["person"] in ids and (
                restriction["categories"] == [] or category in restriction["categories"]
            ):
                return "deny"
    if source == service:
        return "permit"
    if source == "jobcentre" and (service != "programme" or purpose in ("safeguarding", "welfare_of_child")):
        return "deny"
    if purpose == "safeguarding" and question["ground"] in ("enquiry", "emergency"):
        for role in roles:
            if category in SEES.get(role, {}).get("safeguarding", set()):
                return "permit"

    if purpose == "welfare_of_child":
        # The law has it shared once the holder has answered yes; no agreement bears on it, and none carries it.
        for answer in store["answers"]:
            named = answer["person"] in ids and (answer["category"], answer["source"]) == (category, source)
            if named and question["ground"] == "welfare_request":
                for role in roles:
                    if category in SEES.get(role, {}).get("welfare_of_child", set()):
                        return "permit"
        return "deny"

    carrying, stopped = [], False
    for agreement in store["agreements"]:
        if (agreement["supplier"], agreement["recipient"]) != (source, service):
            continue
        for term in agreement["terms"]:
            if (term["purpose"], term["category"]) != (purpose, category):
                continue
            if agreement["status"] in ("suspended", "ended"):
                stopped = True
            elif agreement["status"] == "signed" and agreement["begins"] <= today:
                lapsed = agreement["ends"] is not None and agreement["ends"] < today
                if not lapsed or purpose == "safeguarding":
                    carrying.append((term["basis"], agreement))
    if not carrying:
        return "needs_decision" if stopped and purpose == "safeguarding" else "deny"

    if shown and roles and not any(category in SEES.get(role, {}).get(purpose, set()) for role in roles):
        return "deny"

    basis, agreement = carrying[0]
    if basis == "consent":
        words = []
        for consent in store["consents"]:
            covers = (
                consent["person"] in ids
                and purpose in consent["purposes"]
                and category in consent["categories"]
                and (service in consent["recipients"] or consent["recipients"] == [])
            )
            if covers and consent["withdrawn_on"] is None:
                words.append((consent["date"], consent["recorded_at"], 0, "yes"))
            elif covers:
                words.append((consent["withdrawn_on"], consent["withdrawn_at"], 1, "no"))
        return "permit" if words and max(words)[-1] == "yes" else "deny"

    if purpose == "safeguarding":
        return "permit"
    for objection in store["objections"]:
        if objection["person"] in ids and purpose in objection["purposes"]:
            return "deny"
    if shown and purpose in ("support", "claim"):
        tells = {OWNER[service]}
        if agreement["notice_given_by"] == "supplier":
            tells.add(OWNER[agreement["supplier"]])
        told = any(one["person"] in ids and one["agency"] in tells for one in store["informed"])
        return "permit" if told else "deny"
    return "permit"
