"""What was recorded about a person binds by its state."""

BINDING_OBJECTIONS = ("raised", "upheld")
"""An objection stops what it is about until compelling grounds override it, or the person withdraws it."""
