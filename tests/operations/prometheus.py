"""A real Prometheus, and what a test asks of it."""

import contextlib
import itertools
import json
import pathlib
import tempfile
import urllib.parse

from programs import free_port, request, running, wait_for

CONFIG = """
global: {{ scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms }}
rule_files: [{rules}]
scrape_configs:
  - job_name: shop
    static_configs: [{{ targets: ["{target}"], labels: {{ {labels} }} }}]
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


@contextlib.contextmanager
def prometheus(target, rules="", labels=""):
    """One that scrapes this address five times a second."""
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "prometheus.yml")
        config.write_text(CONFIG.format(rules=rules, target=target.removeprefix("http://"), labels=labels))
        port = free_port()
        command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data"]
        with running(*command, f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"):
            server = Prometheus(port)
            wait_for("Prometheus", lambda: request(f"{server.url}/-/ready")[0] == 200)
            yield server
