"""An outage, as a real Prometheus sees it: outage.py SERVICE_BINARY RULES"""

import itertools
import json
import pathlib
import sys
import tempfile
import urllib.parse

from programs import free_port, request, running, service, wait_for

CONFIG = """
global: {{ scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms }}
rule_files: [{rules}]
scrape_configs:
  - job_name: shop
    static_configs: [{{ targets: ["{target}"] }}]
"""


class Prometheus:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, path):
        status, body = request(f"{self.url}/api/v1/{path}")
        assert status == 200, body
        return json.loads(body)["data"]

    def query(self, query):
        return self.ask("query?" + urllib.parse.urlencode({"query": query}))["result"]

    def value(self, series):
        """The figure of the one series that there is."""
        result = self.query(series)
        assert len(result) <= 1, result
        return float(result[0]["value"][1]) if result else None

    def history(self, series):
        """Every scraped figure, without repetitions."""
        [result] = self.query(f"{series}[5m]")
        return [value for value, _ in itertools.groupby(float(value) for _, value in result["values"])]


def outage(url, prometheus):
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
        wait_for(f"{series} to be {value}, it is {prometheus.value(series)}", lambda: prometheus.value(series) == value)

    expect(state, 0)
    for result in ["success", "failure", "ignored", "cancelled", "rejected", "fallback", "cached"]:
        expect(calls(result), 0)
    use(5)
    expect(calls("success"), 5)
    assert request(f"{url}/health")[0] == 200

    set_upstream("down")
    use(3)
    use(4)
    expect(state, 2)
    expect(status("open"), 1)
    expect(status("closed"), 0)
    assert request(f"{url}/health")[0] == 503
    wait_for("the alert", lambda: any(
        alert["labels"]["alertname"] == "CircuitOpen" and alert["state"] == "pending"
        for alert in prometheus.ask("alerts")["alerts"]
    ))

    set_upstream("up")
    expect(state, 1)
    assert request(f"{url}/health")[0] == 200
    use(2)
    expect(state, 0)
    expect(status("closed"), 1)
    expect(status("open"), 0)
    use(10)

    made = {"success": 5 + 2 + 10, "failure": 3, "rejected": 4, "fallback": 3 + 4, "ignored": 0, "cancelled": 0}
    for result, count in made.items():
        expect(calls(result), count)
    for step in [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]:
        expect(transitions(*step), 1)
    assert prometheus.history(state) == [0, 2, 1, 0], prometheus.history(state)
    groups = prometheus.ask("rules")["groups"]
    assert groups and all(rule["health"] == "ok" for group in groups for rule in group["rules"]), groups


def main(binary, rules):
    with tempfile.TemporaryDirectory() as folder, service(binary, "--quiet") as url:
        config = pathlib.Path(folder, "prometheus.yml")
        config.write_text(CONFIG.format(rules=pathlib.Path(rules).resolve(), target=url.removeprefix("http://")))
        port = free_port()
        command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data"]
        with running(*command, f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"):
            prometheus = Prometheus(port)
            wait_for("Prometheus", lambda: request(f"{prometheus.url}/-/ready")[0] == 200)
            outage(url, prometheus)
    print("Prometheus saw the state go 0, 2, 1, 0, and counted each call that was made.")


if __name__ == "__main__":
    main(*sys.argv[1:])
