from chassis.problems import Problem


class NotInTheTree(Problem):
    """The log has no such leaf, or no tree of that size, under its last signed head.

    `GET /v1/transparency/head` tells how large the tree is.
    """

    status = 404
    title = "Not in the tree"
