"""The acts of support that others rest on, as events and the vocabulary call them."""

AGREEMENT, DECLINED, LEAD = "agreement_to_be_supported", "declined", "lead_professional"
ASSESSMENT, PLAN = "assessment", "plan"
