"""Messages between processes over a socket, with a deadline for each whole message.

`multiprocessing.Connection` is not used: its `poll` returns at the first byte, so it cannot bound
the time for a whole message from a sender that dribbles.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable

LENGTH = struct.Struct("<Q")
NONCE_SIZE = 8  # bytes
TICK = 0.2  # seconds between two calls of `on_tick`
MAX_PART_BYTES = 1 << 20  # bytes read in one system call


class ConnectionClosedError(Exception):
    """The other side has closed the connection."""


class DeadlineError(Exception):
    """No complete message was sent or received before the deadline."""


class ProtocolError(Exception):
    """The data received is not a valid message, or exceeds the size limit."""


def _do_nothing() -> None:
    """Ignore a tick."""


class Channel:
    """One end of a connection that carries messages; each message is a string of bytes.

    Parameters
    ----------
    end : socket.socket
        A connected stream socket. Calls without a deadline block.
    """

    def __init__(self, end: socket.socket):
        self.socket = end
        self._last_tick = time.monotonic()

    def fileno(self) -> int:
        """Return the socket's file descriptor."""
        return self.socket.fileno()

    def send(
        self,
        message: bytes,
        deadline: float | None = None,
        on_tick: Callable[[], None] = _do_nothing,
    ) -> None:
        """Send a message.

        Parameters
        ----------
        message : bytes
            The content, of any length.
        deadline : float, optional
            On the clock of `time.monotonic`. Without it, a receiver that does not read blocks the
            sender.
        on_tick : callable
            Called every `TICK` seconds while waiting; may raise.

        Raises
        ------
        ConnectionClosedError, DeadlineError
        """
        data = memoryview(LENGTH.pack(len(message)) + message)
        try:
            if deadline is None:
                self.socket.sendall(data)
                return
            while data:
                self._wait(select.POLLOUT, deadline, on_tick)
                data = data[self.socket.send(data, socket.MSG_DONTWAIT) :]
        except OSError as error:
            raise ConnectionClosedError(str(error)) from error

    def receive(
        self,
        limit: int,
        deadline: float | None = None,
        on_tick: Callable[[], None] = _do_nothing,
    ) -> bytes:
        """Return the next message.

        Parameters
        ----------
        limit : int
            Maximum length in bytes.
        deadline : float, optional
            On the clock of `time.monotonic`.
        on_tick : callable
            Called every `TICK` seconds while waiting; may raise.

        Raises
        ------
        ConnectionClosedError, DeadlineError, ProtocolError
        """
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline, on_tick))
        if length > limit:
            raise ProtocolError(f"a message of {length:,} bytes")
        return bytes(self._read(length, deadline, on_tick))

    def close(self) -> None:
        """Close this end."""
        self.socket.close()

    def _read(
        self, count: int, deadline: float | None, on_tick: Callable[[], None]
    ) -> bytes | bytearray:
        """Read exactly `count` bytes."""
        data = bytearray()
        try:
            while len(data) < count:
                flags = 0
                if deadline is not None:
                    self._wait(select.POLLIN, deadline, on_tick)
                    flags = socket.MSG_DONTWAIT
                try:
                    part = self.socket.recv(min(count - len(data), MAX_PART_BYTES), flags)
                except BlockingIOError:
                    continue
                if not part:
                    raise ConnectionClosedError("the other side has closed")
                data += part
        except OSError as error:
            raise ConnectionClosedError(str(error)) from error
        return data

    def _wait(self, event: int, deadline: float, on_tick: Callable[[], None]) -> None:
        """Wait until the socket is ready."""
        poll = select.poll()
        poll.register(self.socket, event)
        while True:
            now = time.monotonic()
            # By the clock, so that a sender that dribbles bytes cannot prevent the calls.
            if now - self._last_tick >= TICK:
                self._last_tick = now
                on_tick()
            remaining = deadline - now
            if poll.poll(1000 * max(0.0, min(remaining, TICK))):
                return
            if remaining <= 0:
                raise DeadlineError


class ReplyChannel(Channel):
    """The end of an untrusted worker, which repeats each request's nonce in its reply.

    Code that the worker runs can write to the socket, too. The nonce lets the receiver detect
    unsolicited messages.
    """

    _nonce = b""

    def receive(
        self,
        limit: int,
        deadline: float | None = None,
        on_tick: Callable[[], None] = _do_nothing,
    ) -> bytes:
        """Return the next request, and remember its nonce."""
        message = super().receive(limit + NONCE_SIZE, deadline, on_tick)
        self._nonce = message[:NONCE_SIZE]
        return message[NONCE_SIZE:]

    def send(
        self,
        message: bytes,
        deadline: float | None = None,
        on_tick: Callable[[], None] = _do_nothing,
    ) -> None:
        """Send a reply, with the nonce of the last request."""
        super().send(self._nonce + message, deadline, on_tick)


def make_pair() -> tuple[Channel, socket.socket]:
    """Return a connected pair: a channel for this process, and a socket for the other one."""
    ours, theirs = socket.socketpair()
    return Channel(ours), theirs
