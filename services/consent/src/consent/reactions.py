"""What consent does when it hears of something."""

from chassis.reactions import Reactions
from consent.agreements.service import suspend_moved
from directory.reactions import keep_directory
from transparency.witness import keep_heads

reactions = Reactions()
keep_directory(reactions, on_services=suspend_moved)
keep_heads(reactions, "consent", "claims", "identity")
