"""The messages between the grader and its workers.

Every message is framed by `channel.Channel`: its length, then its bytes. A worker sends `READY`
once it is confined; then it serves one request after the other.

**Supervisor and judge.** The supervisor's requests are JSON objects. ``do`` names a method of
`workers.judge.Judge`, and the other keys are its arguments:

- ``test`` (``source``, ``exercises``, ``imports``, ``answers``): run a test cell; the reply is its
  outputs as JSON.
- ``constants`` (``modules``): read the plain values in modules of ``utils``; the reply is encoded.

The judge's final reply begins with `DONE`. Before it, the judge may send any number of requests
for the student's code, which the supervisor passes on:

- `TO_HAND` or `TO_KERAS`, then an encoded request: for the worker by hand, or the one with Keras.
  The supervisor's answer is `ANSWER`, then the worker's encoded reply; or `GONE`, then the reason
  why there is none, as text.

**Supervisor and student worker.** Before `READY`, the supervisor sends the constants of ``utils``.
Then each request begins with a nonce, which the reply repeats (`channel.ReplyChannel`), because
the student's code could write to the connection. Requests and replies are dicts encoded by `codec`.
``do`` names a method of `workers.student.StudentNamespace`, and the other keys are its arguments.

From the supervisor:

- ``read`` (``sources``): find out which names cells use; the reply has ``uses``.
- ``run`` (``source``, ``number``, ``ended_well``, ``bindings``): run a cell; the reply has
  ``error``.

From the judge:

- ``describe`` (``name``): the reply has ``kind``, which is ``missing``, ``value`` (with ``value``)
  or ``function`` (with ``parameters``).
- ``hints`` (``name``): what a function's source shows; the reply has ``hints``.
- ``call`` (``name``, ``args``, ``kwargs``, ``allowed``, ``substitutes``): call a function.
  The reply has ``value`` or ``error``; ``library`` if the function used one; and ``after``, the
  arguments, if the function changed them.

- ``use`` (``handle``, ``method``, ``args``, ``kwargs``): call a model, layer or activation that the
  student wrote, and that an earlier reply mentioned. The reply has ``value``, an array, or
  ``error``.

**Callbacks.** Before it replies to ``call``, the student's function may call functions of the
judge: those that it got as arguments, and allowed functions of ``utils``. The worker then sends
``ask`` (the function's key), ``args`` and ``kwargs``. The judge's next request has ``value`` or
``error``, and ``generators``, the states of the random generators among the arguments. If the
judge's function calls one of its own arguments, the judge first sends ``invoke`` (the argument's
number) with ``args``, and the worker replies with ``value`` or ``error``.

**Supervisor and notebook worker.** Each request is a nonce and a JSON object of ``source`` and
``show``; the reply is the nonce and the outputs as JSON.

Values that are not plain have a tag: ``function`` (a key or number), ``generator`` (its state; see
`workers.generators`) or ``keras`` (a model; see `workers.keras_codec`). Errors are dicts of
``names``, ``text`` and ``line`` (see `workers.errors`).
"""

from __future__ import annotations

# The first message of every worker.
READY = b"ready"

# First bytes of the judge's messages.
TO_HAND, TO_KERAS, DONE = b"H", b"K", b"D"
# First bytes of the supervisor's answers to the judge.
ANSWER, GONE = b"A", b"G"

# The reason for the student if a worker sends what cannot be decoded.
UNREADABLE_REPLY = "the Python process answered what cannot be read"
