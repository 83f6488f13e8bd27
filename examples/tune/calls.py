#!/usr/bin/env python3
"""Makes a record of calls for `tune`: CSV with the columns at,took,outcome, on standard output.

From `tracing` events, one JSON object a line. The program writes them with `record_outcomes()` of breaker-runtime and
`tracing_subscriber::fmt().json().with_span_events(FmtSpan::CLOSE)`; the calls are made in a span with an empty field
`circuit_breaker.outcome`:

    calls.py events --span fetch_user < service.log > calls.csv

From a Prometheus that scrapes the breaker's metrics. It knows how many calls ended how in each step, and not when in the
step: they are spread evenly. How long they took is not there either, but how many were slow:

    calls.py prometheus http://localhost:9090 --circuit users --hours 6 --step 15 --took 0.05 --slow 3 > calls.csv

A refused call ended in nothing. It is taken to have ended as the next calls that were let through: those that found out.
Only the standard library is used.
"""

import argparse
import collections
import csv
import datetime
import json
import re
import sys
import time
import urllib.parse
import urllib.request

UNITS = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0}
OUTCOMES = {"success": "success", "failure": "failure", "ignored": "ignored", "cancelled": "ignored"}


def seconds(text):
    """`1.23ms`, as tracing-subscriber writes it."""
    number, unit = re.fullmatch(r"([\d.]+)(\D+)", text).groups()
    return float(number) * UNITS[unit]


def from_events(lines, span):
    """(at, took, outcome) of each span that ended, in order; `rejected` stays as it is."""
    calls = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # a line of something else
        if not isinstance(event, dict):
            continue
        fields, ended = event.get("fields", {}), event.get("span") or {}
        outcome = ended.get("circuit_breaker.outcome")
        if fields.get("message") != "close" or outcome is None or (span and ended.get("name") != span):
            continue
        took = seconds(fields["time.busy"]) + seconds(fields["time.idle"])
        end = datetime.datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00")).timestamp()
        calls.append((end - took, took, outcome))
    return sorted(calls)


def settle_rejected(calls):
    """A refused call gets the outcome of the next one that was let through; the last ones get the last outcome."""
    known, settled = "failure", []
    for at, took, outcome in reversed(calls):
        if outcome == "rejected":
            settled.append((at, 0.0, known))
        else:
            known = outcome if outcome in ("success", "failure") else known
            settled.append((at, took, OUTCOMES[outcome]))
    return settled[::-1]


def ask(url, path, **parameters):
    with urllib.request.urlopen(f"{url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}") as answer:
        return json.load(answer)["data"]["result"]


def growth(url, series, by, start, end, step):
    """How much counters grew in each step, by a label: {time: {value: count}}. A restart begins at zero again."""
    grown = collections.defaultdict(collections.Counter)
    for found in ask(url, "query_range", query=series, start=start, end=end, step=step):
        before = None
        for at, value in found["values"]:
            value = float(value)
            if before is not None:
                grown[at][found["metric"].get(by, "")] += value - before if value >= before else value
            before = value
    return grown


def from_prometheus(url, circuit, label, start, end, step, took, slow):
    selector = f'{{{label}={json.dumps(circuit)}}}'
    results = growth(url, f"circuit_breaker_calls_total{selector}", "result", start, end, step)
    slowly = growth(url, f"circuit_breaker_slow_calls_total{selector}", "", start, end, step)
    calls = []
    for at in sorted(results):
        counts = {outcome: round(results[at][outcome]) for outcome in [*OUTCOMES, "rejected"]}
        slow_ones, admitted = round(slowly[at][""]), sum(counts.values()) - counts["rejected"]
        # Each outcome evenly over the step, and the slow ones evenly over those that were let through.
        spread = sorted(((k + 0.5) / n, outcome) for outcome, n in counts.items() for k in range(n))
        seen = 0
        for place, outcome in spread:
            if outcome == "rejected":
                calls.append((at - step + place * step, 0.0, outcome))
                continue
            is_slow = (seen + 1) * slow_ones // admitted > seen * slow_ones // admitted
            seen += 1
            calls.append((at - step + place * step, slow if is_slow else took, outcome))
    return calls


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ways = parser.add_subparsers(dest="way", required=True)
    events = ways.add_parser("events", help="tracing events as JSON lines, on standard input")
    events.add_argument("--span", help="only spans of this name")
    metrics = ways.add_parser("prometheus", help="a Prometheus that scrapes the breaker's metrics")
    metrics.add_argument("url")
    metrics.add_argument("--circuit", required=True, help="the circuit's name")
    metrics.add_argument("--label", default="service", help="the label that holds the name")
    metrics.add_argument("--hours", type=float, default=1.0, help="how far back")
    metrics.add_argument("--end", type=float, default=None, help="until when, in Unix time; now by default")
    metrics.add_argument("--step", type=float, default=15.0, help="seconds; the scrape interval or more")
    metrics.add_argument("--took", type=float, default=0.05, help="how long a call takes, in seconds")
    metrics.add_argument("--slow", type=float, default=5.0, help="how long a slow call takes, in seconds")
    return parser.parse_args()


def main():
    given = arguments()
    if given.way == "events":
        calls = from_events(sys.stdin, given.span)
    else:
        end = time.time() if given.end is None else given.end
        start = end - given.hours * 3600
        calls = from_prometheus(given.url, given.circuit, given.label, start, end, given.step, given.took, given.slow)
    if not calls:
        sys.exit("no calls found")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["at", "took", "outcome"])
    start = min(at for at, _, _ in calls)
    for at, took, outcome in settle_rejected(calls):
        writer.writerow([f"{at - start:.6f}", f"{took:.6f}", outcome])


if __name__ == "__main__":
    main()
