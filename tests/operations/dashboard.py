"""Every query of the dashboard, as a real Prometheus answers it: dashboard.py SERVICE_BINARY DASHBOARD"""

import contextlib
import json
import pathlib
import re
import sys
import time

from programs import redis, request, service, wait_for
from prometheus import prometheus

# What Grafana puts in place of its variables.
VARIABLES = {"$job": ".*", "$instance": ".*", "$__rate_interval": "5s", "$__interval": "5s"}


def queries(dashboard):
    """Where it stands, and the query."""
    for annotation in dashboard["annotations"]["list"]:
        yield f"annotation {annotation['name']}", annotation["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
            yield f"variable {variable['name']}", f"count by ({label}) ({series})"
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"]


def filled_in(query, label):
    for variable, value in {**VARIABLES, f"${label}": ".*"}.items():
        query = query.replace(variable, value)
    assert "$" not in query, query
    return query


def make_figures(url):
    """Something of everything: an outage with fallbacks, slow calls, an open circuit that a fleet does not share."""
    for upstream, fault in [("users", "down"), ("orders", "slow"), ("products", "down")]:
        assert request(f"{url}/upstreams/{upstream}/{fault}", method="POST")[0] == 204
    for turn in range(25):
        for name in ["users", "products", "orders", "suppliers"]:
            request(f"{url}/{name}/{turn}")
        time.sleep(0.1)


def check(binary, dashboard, label):
    # The target has a label of its own that is called `service`, as a ServiceMonitor of Kubernetes sets it.
    labels = 'service: "shop"' if label != "service" else ""
    with contextlib.ExitStack() as stack:
        address, _ = stack.enter_context(redis())
        # Another node, whose dependencies are well: what the first one opens, it opens alone.
        stack.enter_context(service(binary, "--quiet", "--fleet", address, "--node", "other"))
        url, _ = stack.enter_context(service(binary, "--quiet", "--label", label, "--fleet", address, "--node", "one"))
        server = stack.enter_context(prometheus(url, labels=labels))
        # A rate begins where a figure was seen before.
        wait_for("a first scrape", lambda: server.query("circuit_breaker_state"))
        make_figures(url)
        count = 0
        for place, query in queries(dashboard):
            query = filled_in(query, label)
            wait_for(f"an answer to {place}: {query}", lambda: server.query(query))
            count += 1
        names = {series["metric"].get(label) for series in server.query("circuit_breaker_state")}
        assert names == {"users", "products", "orders", "suppliers"}, names
        [why] = server.query(f'circuit_breaker_open_since_timestamp_seconds{{{label}="users"}}')
        assert why["metric"]["reason"] == "failure threshold reached" and float(why["value"][1]) <= time.time(), why
    return count


def main(binary, path):
    text = pathlib.Path(path).read_text()
    check(binary, json.loads(text), "service")
    # As docs/operations/README.md says.
    renamed = re.sub(r"\bservice\b", "circuit", text)
    count = check(binary, json.loads(renamed), "circuit")
    print(f"Each of the {count} queries of the dashboard has an answer, under either label.")


if __name__ == "__main__":
    main(*sys.argv[1:])
