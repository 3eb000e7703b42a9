"""The first thing that a child process imports: light, so that it starts at once."""


def start(*arguments: object) -> None:
    """Do the child's part, in a module that only the child, or the server it forks from, loads."""
    from grader.workers.notebook import serve

    serve(*arguments)
