import contextlib
import socket
import threading
import time

import pytest

from grader.isolation.channel import (
    LENGTH,
    TICK,
    Channel,
    ConnectionClosedError,
    DeadlineError,
    ProtocolError,
    make_pair,
)

SOON = 0.3


@pytest.fixture
def pair():
    """Both ends of a connection: a channel, and a raw socket."""
    ours, theirs = make_pair()
    yield ours, theirs
    ours.close()
    theirs.close()


def after(seconds):
    return time.monotonic() + seconds


def run_aside(function):
    """Run a function in a thread, which ends when the test closes the connection."""

    def run():
        with contextlib.suppress(OSError):
            function()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("deadline", [None, 10])
@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
def test_a_message_arrives_whole(pair, size, deadline):
    ours, theirs = pair
    deadline = deadline and after(deadline)
    text = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    thread = run_aside(lambda: Channel(theirs).send(text, deadline))
    assert ours.receive(size, deadline) == text
    thread.join()


def test_messages_keep_their_order_and_their_bounds(pair):
    ours, theirs = pair
    other = Channel(theirs)
    for text in (b"one", b"", b"three"):
        other.send(text)
    assert [ours.receive(10) for _ in range(3)] == [b"one", b"", b"three"]
    ours.send(b"back", after(1))
    assert other.receive(10, after(1)) == b"back"


@pytest.mark.parametrize("part", [b"", b"\3", LENGTH.pack(3), LENGTH.pack(3) + b"ab"])
def test_what_does_not_come_whole_is_late(pair, part):
    ours, theirs = pair
    theirs.sendall(part)
    begin = time.monotonic()
    with pytest.raises(DeadlineError):
        ours.receive(10, after(SOON))
    assert SOON - 0.01 <= time.monotonic() - begin < SOON + 1


def test_nobody_waits_when_the_deadline_is_over(pair):
    ours, theirs = pair
    begin = time.monotonic()
    with pytest.raises(DeadlineError):
        ours.receive(10, after(-5))
    assert time.monotonic() - begin < 0.2
    Channel(theirs).send(b"there")
    assert ours.receive(10, after(-5)) == b"there"


def test_a_trickle_is_late(pair):
    """Does the deadline apply to the whole message, not to each part?"""
    ours, theirs = pair

    def drip():
        theirs.sendall(LENGTH.pack(1000))
        for _ in range(40):
            time.sleep(0.05)
            theirs.sendall(b".")

    run_aside(drip)
    begin = time.monotonic()
    with pytest.raises(DeadlineError):
        ours.receive(1000, after(SOON))
    assert time.monotonic() - begin < SOON + 1


@pytest.mark.parametrize("length", [11, 2**40, 2**64 - 1])
def test_too_large_a_message_is_refused_before_it_comes(pair, length):
    ours, theirs = pair
    theirs.sendall(LENGTH.pack(length) + b"flood" * 10)
    with pytest.raises(ProtocolError):
        ours.receive(10, after(1))


def test_a_message_of_the_largest_size_is_taken(pair):
    ours, theirs = pair
    Channel(theirs).send(b"0123456789")
    assert ours.receive(10) == b"0123456789"


@pytest.mark.parametrize("deadline", [None, 5])
@pytest.mark.parametrize("part", [b"", b"\3\0", LENGTH.pack(3) + b"ab"])
def test_a_closed_end_is_told_at_once(pair, part, deadline):
    ours, theirs = pair
    theirs.sendall(part)
    theirs.close()
    begin = time.monotonic()
    with pytest.raises(ConnectionClosedError):
        ours.receive(10, deadline and after(deadline))
    assert time.monotonic() - begin < 1


@pytest.mark.parametrize("deadline", [None, 5])
def test_sending_to_a_closed_end_is_told(pair, deadline):
    ours, theirs = pair
    theirs.close()
    with pytest.raises(ConnectionClosedError):
        ours.send(b"x", deadline and after(deadline))


def test_an_end_closed_here_is_told(pair):
    ours, _ = pair
    ours.close()
    for use in (lambda: ours.send(b"x"), lambda: ours.receive(1)):
        with pytest.raises(ConnectionClosedError):
            use()


def test_a_last_message_is_read_although_the_end_is_closed(pair):
    ours, theirs = pair
    Channel(theirs).send(b"last")
    theirs.close()
    assert ours.receive(10, after(1)) == b"last"


def test_who_does_not_read_lets_nobody_wait(pair):
    ours, _ = pair
    begin = time.monotonic()
    with pytest.raises(DeadlineError):
        ours.send(b"x" * 10_000_000, after(SOON))
    assert time.monotonic() - begin < SOON + 1


def test_sending_goes_on_when_the_other_side_reads_again(pair):
    ours, theirs = pair
    read = []

    def late_reader():
        time.sleep(0.3)
        read.append(Channel(theirs).receive(10_000_000))

    thread = run_aside(late_reader)
    ours.send(b"x" * 5_000_000, after(20))
    thread.join()
    assert len(read[0]) == 5_000_000


class EnoughError(Exception):
    pass


def stop():
    raise EnoughError


def wait(channel, use, deadline, on_tick):
    """Wait for a reader or a message that never comes."""
    if use == "send":
        channel.send(b"x" * 10_000_000, deadline, on_tick)
    else:
        channel.receive(10, deadline, on_tick)


@pytest.mark.parametrize("use", ["send", "receive"])
def test_something_is_done_now_and_then_while_waiting(pair, use):
    ours, _ = pair
    ticks = []

    def tick():
        ticks.append(time.monotonic())

    with pytest.raises(DeadlineError):
        wait(ours, use, after(4 * TICK), tick)
    assert 2 <= len(ticks) <= 6


@pytest.mark.parametrize("use", ["send", "receive"])
def test_what_is_done_while_waiting_may_end_it(pair, use):
    ours, _ = pair
    begin = time.monotonic()
    with pytest.raises(EnoughError):
        wait(ours, use, after(30), stop)
    assert time.monotonic() - begin < TICK + 1


def test_a_trickle_does_not_keep_anybody_from_looking(pair):
    """Is `on_tick` called even if the sender never lets a whole tick pass?"""
    ours, theirs = pair

    def drip():
        theirs.sendall(LENGTH.pack(1000))
        for _ in range(60):
            time.sleep(TICK / 4)
            theirs.sendall(b".")

    run_aside(drip)
    begin = time.monotonic()
    with pytest.raises(EnoughError):
        ours.receive(1000, after(10 * TICK), stop)
    assert time.monotonic() - begin < 5 * TICK


def test_a_pair_is_one_of_sockets_that_no_program_inherits():
    ours, theirs = make_pair()
    assert not socket.socket.get_inheritable(theirs)
    assert ours.fileno() != theirs.fileno()
    ours.close()
    assert ours.fileno() == -1
    theirs.close()
