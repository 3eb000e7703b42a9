"""Messages between processes, over a socket; a receiver never waits longer than it wants to."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable

LENGTH = struct.Struct("<Q")
NONCE_SIZE = 8  # bytes
TICK = 0.2  # seconds between two looks at what the other side does


class ConnectionClosedError(Exception):
    """The other side is gone."""


class DeadlineError(Exception):
    """No whole message came in time."""


class ProtocolError(Exception):
    """What came is no message, or too large a one."""


class Channel:
    """One end of a connection that carries messages, each a string of bytes.

    Parameters
    ----------
    end : socket.socket
        A connected stream socket. Blocking for whoever gives no deadline.
    """

    def __init__(self, end: socket.socket):
        self.socket = end
        self._ticked = time.monotonic()

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self.socket.fileno()

    def send(
        self,
        message: bytes,
        deadline: float | None = None,
        on_tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Send a message.

        Parameters
        ----------
        message : bytes
            Any.
        deadline : float, optional
            On the clock of `time.monotonic`; a receiver may refuse to read.
        on_tick : callable
            Called now and then while waiting; may raise.

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
        on_tick: Callable[[], None] = lambda: None,
    ) -> bytes:
        """Return the next message.

        Parameters
        ----------
        limit : int
            Bytes that it may have.
        deadline : float, optional
            On the clock of `time.monotonic`.
        on_tick : callable
            Called now and then while waiting; may raise.

        Raises
        ------
        ConnectionClosedError, DeadlineError, ProtocolError
        """
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline, on_tick))
        if length > limit:
            raise ProtocolError(f"a message of {length:,} bytes")
        return bytes(self._read(length, deadline, on_tick))

    def _read(
        self, count: int, deadline: float | None, on_tick: Callable[[], None]
    ) -> bytes | bytearray:
        data = bytearray()
        try:
            while len(data) < count:
                flags = 0
                if deadline is not None:
                    self._wait(select.POLLIN, deadline, on_tick)
                    flags = socket.MSG_DONTWAIT
                try:
                    part = self.socket.recv(min(count - len(data), 1 << 20), flags)
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
            if now - self._ticked >= TICK:
                # By the clock: somebody who sends a byte now and then keeps nobody from looking.
                self._ticked = now
                on_tick()
            left = deadline - now
            if poll.poll(1000 * max(0.0, min(left, TICK))):
                return
            if left <= 0:
                raise DeadlineError

    def close(self) -> None:
        """Close this end."""
        self.socket.close()


class ReplyChannel(Channel):
    """A student's end: each message that comes has a mark, which the reply is to carry.

    So a message that is no reply, which a cell sends on its own, is told from one.
    """

    _mark = b""

    def receive(self, limit: int, *args: object) -> bytes:
        """Return the next message, and keep its mark."""
        message = super().receive(limit + NONCE_SIZE, *args)
        self._mark = message[:NONCE_SIZE]
        return message[NONCE_SIZE:]

    def send(self, message: bytes, *args: object) -> None:
        """Send a reply."""
        super().send(self._mark + message, *args)


def make_pair() -> tuple[Channel, socket.socket]:
    """Return a channel, and the socket for the other side's end of it."""
    ours, theirs = socket.socketpair()
    return Channel(ours), theirs
