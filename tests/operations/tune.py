"""Records of calls from tracing events and from a real Prometheus, and `tune` over them: tune.py SERVICE_BINARY TUNE_BINARY"""

import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from programs import request, service, wait_for
from prometheus import prometheus

SCRIPT = pathlib.Path(__file__).parent.parent.parent / "examples/tune/calls.py"

# As tracing-subscriber 0.3 writes them.
EVENTS = """\
not of ours
{"timestamp":"2026-11-26T17:40:12.063000Z","level":"INFO","fields":{"message":"close","time.busy":"5.00ms","time.idle":"12.0ms"},"target":"shop","span":{"circuit_breaker.outcome":"success","id":0,"name":"fetch_user"},"spans":[]}
{"timestamp":"2026-11-26T17:40:13.300000Z","level":"INFO","fields":{"message":"close","time.busy":"900µs","time.idle":"1.20s"},"target":"shop","span":{"circuit_breaker.outcome":"failure","id":1,"name":"fetch_user"},"spans":[]}
{"timestamp":"2026-11-26T17:40:14.000000Z","level":"INFO","fields":{"message":"close","time.busy":"20.0µs","time.idle":"5.00µs"},"target":"shop","span":{"circuit_breaker.outcome":"rejected","id":2,"name":"fetch_user"},"spans":[]}
{"timestamp":"2026-11-26T17:40:15.000000Z","level":"INFO","fields":{"message":"close","time.busy":"5.00ms","time.idle":"0ns"},"target":"shop","span":{"circuit_breaker.outcome":"cancelled","id":3,"name":"fetch_user"},"spans":[]}
{"timestamp":"2026-11-26T17:40:16.000000Z","level":"INFO","fields":{"message":"close","time.busy":"5.00ms","time.idle":"0ns"},"target":"shop","span":{"circuit_breaker.outcome":"success","id":4,"name":"fetch_user"},"spans":[]}
{"timestamp":"2026-11-26T17:40:16.000000Z","level":"INFO","fields":{"message":"close","time.busy":"5.00ms","time.idle":"0ns"},"target":"shop","span":{"circuit_breaker.outcome":"success","id":4,"name":"fetch_order"},"spans":[]}
{"timestamp":"2026-11-26T17:40:16.000000Z","level":"WARN","fields":{"message":"circuit breaker opened","breaker":"users"},"target":"breaker_runtime"}
"""


def calls(*arguments, text=None):
    """What the script writes."""
    made = subprocess.run([sys.executable, SCRIPT, *arguments], input=text, capture_output=True, text=True, check=True)
    return made.stdout, list(csv.DictReader(io.StringIO(made.stdout)))


def events():
    _, lines = calls("events", "--span", "fetch_user", text=EVENTS)
    seen = [(round(float(line["at"]), 3), round(float(line["took"]), 4), line["outcome"]) for line in lines]
    # The rejected one would have ended as the next one that was let through and judged.
    assert seen == [
        (0.0, 0.017, "success"), (0.053, 1.2009, "failure"), (1.954, 0.0, "success"), (2.949, 0.005, "ignored"),
        (3.949, 0.005, "success"),
    ], seen


def recorded(binary):
    """An outage, by the metrics alone."""
    with service(binary, "--quiet") as (url, _), prometheus(url) as server:
        wait_for("a first scrape", lambda: server.query("circuit_breaker_state"))
        begin = time.time()
        counted = 0
        for fault, turns in [("up", 20), ("down", 40), ("up", 60)]:
            assert request(f"{url}/upstreams/users/{fault}", method="POST")[0] == 204
            for turn in range(turns):
                request(f"{url}/users/{turn}")
                counted += 1
                time.sleep(0.08)
        query = 'sum(circuit_breaker_calls_total{service="users", result=~"success|failure|rejected"})'
        wait_for("the last scrape", lambda: server.value(query) == counted)
        # The steps must reach over the last scrape.
        end = time.time() + 1
        hours = (end - begin + 2) / 3600
        given = ["--circuit", "users", "--hours", str(hours), "--end", str(end), "--step", "1", "--took", "0.02"]
        text, lines = calls("prometheus", server.url, *given)
    assert len(lines) == counted, (len(lines), counted)
    failed = sum(line["outcome"] == "failure" for line in lines)
    # Three that opened it and the probes; and those rejected before a probe failed.
    assert 30 <= failed <= 60, failed
    return text


def tune(binary, text):
    with tempfile.TemporaryDirectory() as folder:
        record, picture, ramp = (pathlib.Path(folder, name) for name in ["users.csv", "users.svg", "ramp.svg"])
        record.write_text(text)
        today = json.dumps({"failure_threshold": 20, "recovery_timeout": "1m"})
        arguments = [record, "--generate", "low-traffic", "--save", folder, "--today", today, "--picture", picture, "--ramp", ramp]
        told = subprocess.run([binary, *arguments], capture_output=True, text=True, check=True).stdout
        assert "users: " in told and "low-traffic: " in told and "best" in told, told
        assert "half_open_growth = 2" in told and "never closed for good" in told, told
        assert picture.read_text().startswith("<svg") and ramp.read_text().startswith("<svg")
        # What was made up can be read again.
        again = subprocess.run([binary, pathlib.Path(folder, "low-traffic.csv")], capture_output=True, text=True, check=True)
        assert "low-traffic: " in again.stdout, again.stdout
        record.write_text("at,took,outcome\n0,0.1,success\n1,fast,success\n")
        wrong = subprocess.run([binary, record], capture_output=True, text=True)
        assert wrong.returncode == 1 and "users.csv" in wrong.stderr and "line: 3" in wrong.stderr, wrong.stderr


def main(service_binary, tune_binary):
    events()
    tune(tune_binary, recorded(service_binary))
    print("Calls were read from events and from Prometheus, and tune had something to say about them.")


if __name__ == "__main__":
    main(*sys.argv[1:])
