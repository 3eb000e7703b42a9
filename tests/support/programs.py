"""Small programs with the standard library, as students may write them, run in a worker's sandbox.

Each checks its own result. Those in `WITH_FILES` need a scratch folder.
"""

# ruff: noqa: E501

from __future__ import annotations

import json
import os
import sys
import traceback

from grader.isolation.channel import Channel
from grader.isolation.limits import ResourceLimits
from grader.workers import policy

COMPUTING = {
    "threads": """
import threading, queue
done, line = [], queue.Queue()
lock, ready = threading.Lock(), threading.Event()
def work():
    ready.wait()
    with lock:
        done.append(line.get(timeout=10))
threads = [threading.Thread(target=work) for _ in range(20)]
[thread.start() for thread in threads]
[line.put(i) for i in range(20)]
ready.set()
[thread.join() for thread in threads]
assert sorted(done) == list(range(20))
timer = threading.Timer(0.01, done.clear); timer.start(); timer.join()
assert not done and not lock.acquire(timeout=0.01) is False
""",
    "pool of threads": """
from concurrent.futures import ThreadPoolExecutor, as_completed
with ThreadPoolExecutor(4) as pool:
    assert sum(pool.map(abs, range(-100, 0))) == 5050
    assert {one.result() for one in as_completed([pool.submit(pow, 2, i) for i in range(5)])} == {1, 2, 4, 8, 16}
""",
    "asyncio": """
import asyncio
async def one(i):
    await asyncio.sleep(0.001)
    return i
async def main():
    loop = asyncio.get_running_loop()
    blocking = await loop.run_in_executor(None, sum, [1, 2])
    later = await asyncio.to_thread(len, "abc")
    lock, line = asyncio.Lock(), asyncio.Queue()
    async with lock:
        await line.put(1)
    return await asyncio.gather(*map(one, range(10))), blocking, later, await asyncio.wait_for(line.get(), 1)
assert asyncio.run(main()) == (list(range(10)), 3, 3, 1)
""",
    "time": """
import time, timeit, datetime, zoneinfo, calendar
begin = time.perf_counter(); time.sleep(0.01)
assert time.perf_counter() > begin and time.monotonic() and time.process_time() >= 0 and time.thread_time() >= 0
assert time.time_ns() and time.localtime() and time.strftime("%Y") and time.get_clock_info("monotonic").resolution
assert timeit.timeit("1+1", number=10) >= 0 and datetime.datetime.now() and datetime.datetime.now(datetime.timezone.utc)
assert calendar.monthrange(2024, 2)[1] == 29
""",
    "chance": """
import random, secrets, uuid, hashlib
random.seed(1); assert random.random() and secrets.token_hex(8) and uuid.uuid4() and uuid.uuid1()
assert hashlib.sha256(b"x").hexdigest() and hashlib.scrypt(b"x", salt=b"y", n=2, r=1, p=1)
assert random.SystemRandom().random() >= 0
""",
    "numbers": """
import decimal, fractions, statistics, math, cmath
assert decimal.Decimal("0.1") + decimal.Decimal("0.2") == decimal.Decimal("0.3")
assert fractions.Fraction(1, 3) * 3 == 1 and statistics.median([1, 2, 9]) == 2 and math.isclose(abs(cmath.exp(1j)), 1)
""",
    "text": """
import re, string, textwrap, json, csv, io, struct, pprint, unicodedata, html, base64, binascii, difflib, locale, gettext
assert json.loads(json.dumps({"a": [1, 2.5, None]})) == {"a": [1, 2.5, None]}
assert list(csv.reader(io.StringIO("a,b"))) == [["a", "b"]] and struct.unpack("<I", struct.pack("<I", 7)) == (7,)
assert textwrap.fill("a b", 1) == "a\\nb" and unicodedata.name("a") and html.escape("<") and locale.getlocale() is not None
assert "é".encode("cp1252").decode("latin-1") == "é" and "a".encode("idna")
""",
    "containers": """
import collections, heapq, bisect, itertools, functools, operator, copy, enum, dataclasses, weakref, array, types, typing, abc, contextlib
Point = collections.namedtuple("Point", "x y")
assert copy.deepcopy(Point(1, [2])) == Point(1, [2]) and functools.lru_cache(abs)(-1) == 1
heap = [3, 1]; heapq.heapify(heap); assert heap[0] == 1 and array.array("d", [1.0])[0] == 1.0
""",
    "warnings and logging": """
import io, logging, warnings, traceback, sys
text = io.StringIO()
logging.basicConfig(stream=text, force=True, format="%(process)d %(thread)d %(asctime)s %(message)s"); logging.warning("seen")
assert "seen" in text.getvalue()
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always"); warnings.warn("x")
assert len(seen) == 1 and sys.getswitchinterval()
""",
    "itself": """
import os, sys, platform, getpass, resource, gc, inspect, sysconfig, locale, signal
assert os.getpid() and os.getppid() is not None and os.cpu_count() and os.getcwd() and os.uname() and os.times() and os.getlogin
assert platform.platform() and platform.python_version() and resource.getrusage(resource.RUSAGE_SELF) and os.sched_getaffinity(0)
assert resource.getrlimit(resource.RLIMIT_NOFILE) and os.sysconf("SC_NPROCESSORS_ONLN") and os.getuid() is not None
assert os.getpgid(0) and os.getsid(0) and os.getpriority(os.PRIO_PROCESS, 0) is not None and os.get_terminal_size
import shutil
assert shutil.get_terminal_size() and not os.isatty(1) and shutil.which("python") is not 0
seen = []; old = signal.signal(signal.SIGALRM, lambda *_: seen.append(1)); signal.setitimer(signal.ITIMER_REAL, 0.01)
import time
[time.sleep(0.01) for _ in range(200) if not seen]
assert seen; signal.signal(signal.SIGALRM, old)
os.kill(os.getpid(), 0); os.sched_yield(); gc.collect()
""",
    "pipes and waiting": """
import os, select, selectors, socket
ours, theirs = os.pipe(); os.set_blocking(ours, False); os.write(theirs, b"x")
assert select.select([ours], [], [], 1)[0] == [ours] and os.read(ours, 1) == b"x"
poll = select.poll(); poll.register(theirs, select.POLLOUT); assert poll.poll(1000)
with selectors.DefaultSelector() as selector:
    selector.register(theirs, selectors.EVENT_WRITE); assert selector.select(1)
one, other = socket.socketpair(); one.sendall(b"hello"); assert other.recv(5) == b"hello"
other.settimeout(0.01)
try: other.recv(1)
except TimeoutError: pass
one.shutdown(socket.SHUT_RDWR); one.close(); other.close(); os.close(os.dup(ours)); event = os.eventfd(1); assert os.eventfd_read(event) == 1
""",
    "memory": """
import mmap, ctypes, zlib, bz2, lzma, gzip, sys, tracemalloc
for page in (mmap.mmap(-1, 8192), mmap.mmap(-1, 8192, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)):
    page[:2] = b"ab"; page.resize(16384) if page[:1] != b"a" else None; page.madvise(mmap.MADV_WILLNEED); assert page[:2] == b"ab"; page.close()
for module in (zlib, bz2, lzma, gzip): assert module.decompress(module.compress(b"x" * 1000)) == b"x" * 1000
assert len(bytearray(50_000_000)) and ctypes.create_string_buffer(b"a").value == b"a"
tracemalloc.start(); tracemalloc.get_traced_memory(); tracemalloc.stop()
""",
    "code": """
import ast, dis, inspect, pickle, importlib, traceback, doctest, unittest, argparse, io, contextlib, faulthandler
assert eval(compile(ast.parse("1 + 1", mode="eval"), "x", "eval")) == 2 and pickle.loads(pickle.dumps({1: [2]})) == {1: [2]}
class Case(unittest.TestCase):
    def test(self): self.assertEqual(1, 1)
result = unittest.TextTestRunner(io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(Case)); assert result.wasSuccessful()
assert argparse.ArgumentParser().parse_args([]) is not None and inspect.getsource(ast.parse)
faulthandler.enable(io.open("/dev/null", "w")); faulthandler.disable()
""",
    "numpy": """
import numpy as np
a = np.random.default_rng(0).random((300, 300)); assert np.allclose(np.linalg.inv(a) @ a, np.eye(300))
assert np.fft.fft(a).shape == a.shape and np.sort(a, axis=None)[0] >= 0 and np.random.rand(2).shape == (2,) and np.linalg.svd(a)[1][0] > 0
assert np.load.__name__ and np.einsum("ij,ij->", a, a) > 0 and np.array_str(a)
""",
}
WITH_FILES = {
    "reading and writing": """
import os, pathlib, glob, fnmatch, io, fileinput, stat, filecmp
path = pathlib.Path("a.txt"); path.write_text("one\\ntwo\\n"); assert path.read_text().split() == ["one", "two"] and path.stat().st_size == 8
with open("a.txt", "r+b", buffering=0) as file: file.seek(0, 2); file.write(b"three"); file.truncate(5); os.fsync(file.fileno()); os.fdatasync(file.fileno()); assert file.tell() == 13
assert glob.glob("*.txt") == ["a.txt"] and os.listdir(".") and [one.name for one in os.scandir(".")] and list(os.walk("."))
path.rename("b.txt"); os.makedirs("x/y"); os.replace("b.txt", "x/y/b.txt"); os.symlink("y", "x/z"); os.link("x/y/b.txt", "hard")
assert os.path.realpath("x/z").endswith("y") and os.readlink("x/z") == "y" and filecmp.cmp("hard", "x/y/b.txt") and os.path.getmtime("hard")
os.chdir("x"); assert os.path.basename(os.getcwd()) == "x"; os.chdir(".."); os.access("hard", os.R_OK); os.umask(os.umask(0o22))
os.chmod("hard", 0o600); os.utime("hard"); pathlib.Path("hard").touch(); os.removedirs if False else None
handle = os.open("hard", os.O_RDWR); os.pwrite(handle, b"Z", 0); assert os.pread(handle, 1, 0) == b"Z" and os.preadv(handle, [bytearray(1)], 0) == 1; os.close(handle)
assert os.pathconf(".", "PC_NAME_MAX") if False else True
""",
    "copying": """
import shutil, pathlib, os, zipfile, tarfile
os.makedirs("from/in", exist_ok=True); pathlib.Path("from/in/a").write_bytes(b"x" * 100_000)
for copy in (shutil.copyfile, shutil.copy, shutil.copy2): copy("from/in/a", "copied"); assert os.path.getsize("copied") == 100_000
shutil.copytree("from", "to"); shutil.move("to", "moved"); assert pathlib.Path("moved/in/a").exists(); shutil.rmtree("moved")
with zipfile.ZipFile("z.zip", "w", zipfile.ZIP_DEFLATED) as file: file.write("copied")
assert zipfile.ZipFile("z.zip").read("copied")[:1] == b"x"; shutil.unpack_archive("z.zip", "out"); shutil.make_archive("t", "gztar", "from")
with tarfile.open("t.tar.gz") as file: file.extractall("untarred", filter="data")
assert pathlib.Path("untarred/in/a").stat().st_size == 100_000
""",
    "temporary files": """
import tempfile, os
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file: file.write(b"x"); file.flush(); assert os.path.exists(file.name)
with tempfile.TemporaryFile() as file: file.write(b"x"); file.seek(0); assert file.read() == b"x"
with tempfile.SpooledTemporaryFile(10) as file: file.write(b"x" * 100); file.seek(0); assert len(file.read()) == 100
""",
    "sqlite": """
import sqlite3, os
for mode in ("delete", "truncate", "persist", "wal", "memory"):
    base = sqlite3.connect(f"{mode}.db", timeout=1); assert base.execute(f"pragma journal_mode={mode}").fetchone()[0] == mode
    base.execute("create table t (a integer, b text)"); base.executemany("insert into t values (?, ?)", [(i, str(i)) for i in range(500)]); base.commit()
    base.execute("update t set b = 'x'"); base.rollback(); base.execute("delete from t where a < 10"); base.commit(); base.close()
    again = sqlite3.connect(f"{mode}.db"); assert again.execute("select count(*), max(b) from t").fetchone() == (490, "99"); again.execute("vacuum"); again.close()
assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (1,)
""",
    "databases and locks": """
import dbm, dbm.dumb, shelve, fcntl, os
with dbm.dumb.open("d", "c") as base: base["a"] = "b"
with shelve.open("s") as shelf: shelf["a"] = [1]
with shelve.open("s") as shelf: assert shelf["a"] == [1]
with open("lock", "w") as file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB); fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB); fcntl.lockf(file, fcntl.LOCK_UN); fcntl.flock(file, fcntl.LOCK_UN)
""",
    "mapped files": """
import mmap, numpy as np
with open("m", "wb") as file: file.write(b"a" * 10_000)
with open("m", "r+b") as file, mmap.mmap(file.fileno(), 0) as page: page[0:1] = b"b"; page.flush(); page.resize(20_000); assert page.find(b"b") == 0
with open("m", "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as page: assert page[:1] == b"b"
a = np.memmap("n", dtype=float, mode="w+", shape=(100, 100)); a[:] = 1; a.flush(); assert np.memmap("n", dtype=float, mode="r").sum() == 10_000
np.save("s.npy", np.eye(3)); assert np.load("s.npy", mmap_mode="r").sum() == 3; np.savez_compressed("z", a=np.eye(3)); assert np.load("z.npz")["a"].sum() == 3; np.savetxt("t", np.eye(2)); assert np.loadtxt("t").sum() == 2
""",
    "configuration and logs": """
import configparser, logging, logging.handlers, json, csv, pickle, xml.etree.ElementTree as tree, tomllib, trace, cProfile, pstats, linecache
config = configparser.ConfigParser(); config["a"] = {"b": "1"}
with open("c.ini", "w") as file: config.write(file)
assert configparser.ConfigParser().read("c.ini") == ["c.ini"] and tomllib.loads("a = 1") == {"a": 1}
log = logging.getLogger("x"); log.addHandler(logging.handlers.RotatingFileHandler("x.log", maxBytes=50, backupCount=2)); [log.error("line %d", i) for i in range(10)]; logging.shutdown()
with open("p", "wb") as file: pickle.dump(config._sections, file)
assert tree.fromstring("<a><b/></a>").find("b") is not None
profile = cProfile.Profile(); profile.runcall(sum, [1]); profile.dump_stats("stats"); assert pstats.Stats("stats").total_calls
""",
}


def run(channel: Channel, role: str, folder: str | None) -> None:
    """Run all programs in a role's sandbox, and send which of them failed, and how.

    Parameters
    ----------
    channel : Channel
        Gets a JSON object: the end of the traceback by the program's name.
    role : {"judge", "answers", "keras", "notebook"}
        The role.
    folder : str or None
        The scratch folder; without, programs that need one are left out.
    """
    _run(channel, role, folder, COMPUTING if folder is None else COMPUTING | WITH_FILES)


def run_one(channel: Channel, role: str, folder: str | None, source: str) -> None:
    """Do the same with one program."""
    _run(channel, role, folder, {"program": source})


def _run(channel: Channel, role: str, folder: str | None, sources: dict[str, str]) -> None:
    policy.enter(role, folder, None, ResourceLimits())
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  (it stays open)
    failed = {}
    for name, source in sources.items():
        try:
            exec(compile(source, name, "exec"), {"__name__": "__main__"})
        except BaseException:
            failed[name] = traceback.format_exc()[-1500:]
    channel.send(json.dumps(failed).encode())
