"""What consent does when it hears of something."""

from chassis.reactions import Reactions
from directory.reactions import keep_directory

reactions = Reactions()
keep_directory(reactions)
