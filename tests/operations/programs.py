"""Programs that a test starts and stops, and what it asks of them. Only the standard library."""

import contextlib
import json
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 20


def wait_for(what, ask):
    """What `ask` gives once it is true."""
    deadline = time.monotonic() + PATIENCE
    while True:
        # A program that has just started does not listen yet.
        with contextlib.suppress(OSError):
            if seen := ask():
                return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(0.05)


def request(url, body=None, method=None, headers=None):
    """The status and the body of an answer, whatever the status is."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(*command, **options):
    """The program while the block runs."""
    program = subprocess.Popen(command, **options)
    try:
        yield program
    finally:
        stop(program)


def stop(program):
    program.terminate()
    try:
        program.wait(10)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


@contextlib.contextmanager
def redis():
    """The address of a Redis that keeps nothing, and the program."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with running("redis-server", *arguments, stdout=subprocess.DEVNULL) as program:
            wait_for("Redis", lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
            yield f"redis://127.0.0.1:{port}", program


@contextlib.contextmanager
def service(binary, *arguments):
    """The address of the example, on a port of its own choice, and the program."""
    with running(binary, "--port", "0", *arguments, stdout=subprocess.PIPE, text=True) as program:
        line = program.stdout.readline()
        yield re.search(r"http://[\d.:]+", line).group(), program
