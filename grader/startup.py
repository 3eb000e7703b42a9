"""Start sooner."""

import sys


def leave_out_grammars() -> None:
    """Keep jsonschema, which nbformat checks notebooks with, from loading rfc3987_syntax.

    It would compile grammars of internationalised addresses, of which notebooks have none, for a
    second whenever a process starts. To jsonschema that package is an option.
    """
    sys.modules.setdefault("rfc3987_syntax", None)
