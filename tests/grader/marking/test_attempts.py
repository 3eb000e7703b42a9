"""Is an instructor told, once, what a submission tried that is refused?"""

import pytest
from nbformat import v4

import grader
from grader.marking.attempts import describe_attempts
from tests.support.toy import answer, code


def cell(source, *outputs):
    return v4.new_code_cell(source, outputs=list(outputs))


def error(name, text, *traceback):
    return v4.new_output("error", ename=name, evalue=text, traceback=list(traceback))


def printed(text):
    return v4.new_output("stream", text=text)


@pytest.mark.parametrize(
    ("source", "output", "said"),
    [
        ("f()", error("OSError", "[Errno 30] Read-only file system: '/tmp/x'"), "folder (/tmp/x)"),
        ("f()", error("PermissionError", "[Errno 13] Permission denied: '/'"), "folder (/)"),
        ("run()", error("PermissionError", "[Errno 1] Operation not permitted"), "processes"),
        ("socket.socket()", error("PermissionError", "[Errno 1] Operation not p"), "the network"),
        ("!id", error("OSError", '"sh" shell not found'), "processes"),
        ("f()", error("URLError", "<urlopen error [Errno -3] name resolution>"), "the network"),
        ("f()", error("FileNotFoundError", "[Errno 2] No such file or directory: '/etc'"), "/etc"),
        ("f()", printed("caught PermissionError(1, 'Operation not permitted')\n"), "processes"),
    ],
)
def test_what_was_refused_is_named(source, output, said):
    assert said in describe_attempts([cell(source, output)], {})


@pytest.mark.parametrize(
    "output",
    [
        error("FileNotFoundError", "[Errno 2] No such file or directory: '/home/ana/my file.csv'"),
        error("FileNotFoundError", "[Errno 2] No such file or directory: 'digits.npz'"),
        error("ValueError", "socket"),
        error("FileNotFoundError", "[Errno 2] No such file or directory: '/a\0b'"),
        printed("network, socket, permission denied"),
    ],
)
def test_an_honest_error_is_not_taken_for_an_attempt(output):
    assert describe_attempts([cell("open(path)", output)], {}) == ""


def test_many_attempts_are_one_short_line():
    cells = [
        cell("f()", error("PermissionError", f"[Errno 13] Permission denied: '/{'x' * 99}{n}'"))
        for n in range(500)
    ]
    line = describe_attempts(cells, {"relu": "PermissionError: [Errno 1] Operation not permitted"})
    assert len(line) < 600
    assert "and 495 more" in line
    assert "processes" in line


def test_a_real_submission_is_told_about_once(release, toy):
    for grade_id in ("test-double", "test-double-hidden", "test-shout"):
        answer(release, **{grade_id: "assert True"})
    release.cells += [
        code("open('/etc/passwd')"), code("open('/tmp/x', 'w')"), code("import os; os.fork()"),
        code("import socket\nsocket.create_connection(('127.0.0.1', 80))"),
    ]  # fmt: skip
    message = grader.mark(answer(release), toy).result.message
    assert message.count("had been changed") == 1
    assert "3 test cells had been changed, and the originals were used: test-double" in message
    assert "tried what marking refuses: files outside its folder (/etc/passwd, /tmp/x)" in message
    assert "other programs or processes" in message
    assert "the network" in message
