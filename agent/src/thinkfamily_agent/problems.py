"""What ends a command or a file's round, in words for whoever looks after the agent."""


class AgentProblem(Exception):
    """Nothing can be done until somebody mends what the message names."""


class NotNow(Exception):
    """The platform could not be reached, or asked us to come again: the next round tries the same once more."""


class Refused(Exception):
    """The platform will not take this as it is. Shape: the problem's title, detail and fields, one a line."""
