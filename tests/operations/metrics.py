"""What the example shows to Prometheus, before promtool: metrics.py SERVICE_BINARY"""

import subprocess
import sys

from programs import request, service


def main(binary):
    with service(binary, "--quiet") as (url, _):
        # A name is there with the figures of some calls in it, an open circuit among them.
        request(f"{url}/upstreams/products/down", method="POST")
        for name in ["users", "products", "orders"] * 20:
            request(f"{url}/{name}/1")
        status, page = request(f"{url}/metrics")
    assert status == 200 and 'circuit_breaker_state{service="products"} 2' in page, page
    for family in ["status", "failures_total", "calls_total", "transitions_total", "slow_calls_total", "failure_rate"]:
        assert f"\ncircuit_breaker_{family}{{" in page, family
    subprocess.run(["promtool", "check", "metrics"], input=page, text=True, check=True)
    print("promtool has nothing to say against the metrics.")


if __name__ == "__main__":
    main(*sys.argv[1:])
