"""What whoever asks for somebody in danger is told in every program alike."""

EMERGENCY_ADVICE = "If a child may be in danger, use your agency's emergency contact now."
"""Stands with each answer that nothing can be shown at the moment; a council may set words of its own."""
