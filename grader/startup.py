"""Make every process of the grader start faster."""

import sys
from types import ModuleType


def leave_out_grammars() -> None:
    """Keep jsonschema, with which nbformat validates notebooks, from importing rfc3987_syntax.

    That package compiles grammars of internationalised addresses, which takes a second in every
    process; notebooks have no such addresses. To jsonschema it is optional.
    """
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]  # None blocks
    modules.setdefault("rfc3987_syntax", None)
