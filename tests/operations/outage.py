"""An outage, as a real Prometheus sees it: outage.py SERVICE_BINARY RULES"""

import json
import pathlib
import sys

from programs import request, service, wait_for
from prometheus import prometheus

def health(url):
    """What a load balancer is told, and whether some answers are worse than usual."""
    status, body = request(f"{url}/health")
    return status, json.loads(body)["degraded"]


def outage(url, server):
    calls = lambda result: f'circuit_breaker_calls_total{{service="users",result="{result}"}}'
    transitions = lambda a, b: f'circuit_breaker_transitions_total{{service="users",from="{a}",to="{b}"}}'
    status = lambda state: f'circuit_breaker_status{{service="users",state="{state}"}}'
    state = 'circuit_breaker_state{service="users"}'

    def use(times):
        for _ in range(times):
            assert request(f"{url}/users/1")[0] == 200, "a fallback answers when the service does not"

    def set_upstream(fault):
        assert request(f"{url}/upstreams/users/{fault}", method="POST")[0] == 204

    def expect(series, value):
        wait_for(f"{series} to be {value}, it is {server.value(series)}", lambda: server.value(series) == value)

    expect(state, 0)
    for result in ["success", "failure", "ignored", "cancelled", "rejected", "fallback", "cached"]:
        expect(calls(result), 0)
    use(5)
    expect(calls("success"), 5)
    assert health(url) == (200, False)

    set_upstream("down")
    use(3)
    use(4)
    expect(state, 2)
    expect(status("open"), 1)
    expect(status("closed"), 0)
    # It answers, from its fallback: no reason to take every replica out of the balancer at once.
    assert health(url) == (200, True)
    wait_for("the alert", lambda: any(
        alert["labels"]["alertname"] == "CircuitOpen" and alert["state"] == "pending"
        for alert in server.ask("alerts")["alerts"]
    ))

    set_upstream("up")
    expect(state, 1)
    use(2)
    expect(state, 0)
    assert health(url) == (200, False)
    expect(status("closed"), 1)
    expect(status("open"), 0)
    use(10)

    made = {"success": 5 + 2 + 10, "failure": 3, "rejected": 4, "fallback": 3 + 4, "ignored": 0, "cancelled": 0}
    for result, count in made.items():
        expect(calls(result), count)
    for step in [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]:
        expect(transitions(*step), 1)
    assert server.history(state) == [0, 2, 1, 0], server.history(state)
    groups = server.ask("rules")["groups"]
    assert groups and all(rule["health"] == "ok" for group in groups for rule in group["rules"]), groups


def main(binary, rules):
    with service(binary, "--quiet") as (url, _), prometheus(url, rules=pathlib.Path(rules).resolve()) as server:
        outage(url, server)
    print("Prometheus saw the state go 0, 2, 1, 0, and counted each call that was made.")


if __name__ == "__main__":
    main(*sys.argv[1:])
