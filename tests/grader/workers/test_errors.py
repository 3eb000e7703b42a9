import pytest

from grader.workers.errors import make_error


@pytest.mark.parametrize(
    ("names", "base"),
    [
        (["ValueError", "Exception"], ValueError),
        (["Mine", "KeyError", "LookupError"], KeyError),
        (["SystemExit", "BaseException"], Exception),
        (["KeyboardInterrupt"], Exception),
        (["ExceptionGroup"], Exception),
        (["print"], Exception),
        (["__import__"], Exception),
        (["UnicodeDecodeError"], UnicodeDecodeError),
        (["NotImplementedError", "RuntimeError"], NotImplementedError),
        ([], Exception),
    ],
)
def test_an_error_is_made_of_its_names(names, base):
    error = make_error(names, "text", "the line")
    assert isinstance(error, base)
    assert isinstance(error, Exception)
    assert type(error).__name__ == (names or ["Exception"])[0]
    assert (str(error), error.student_line) == ("text", "the line")
    with pytest.raises(base):
        raise error


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (["E", "KeyError", "LookupError", "ValueError", "Exception"], (KeyError, ValueError)),
        (["AxisError", "ValueError", "IndexError", "LookupError"], (ValueError, IndexError)),
        (["E", "OSError", "SyntaxError", "Exception"], (OSError,)),
        (["ValueError", "Exception", "BaseException", "object"], (ValueError,)),
    ],
)
def test_an_error_of_two_kinds_is_both(names, kinds):
    error = make_error(names, "text")
    assert all(isinstance(error, kind) for kind in kinds)
    assert not isinstance(error, ZeroDivisionError)
    assert (type(error).__name__, str(error)) == (names[0], "text")
