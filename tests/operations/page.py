"""The page of the circuits in a real browser: page.py SERVICE_BINARY SCREENSHOT_FOLDER"""

import base64
import contextlib
import json
import pathlib
import sys
import tempfile
import time

from programs import free_port, redis, request, running, service, stop, wait_for

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1180,1250"]


class Browser:
    """As much of WebDriver as this test needs."""

    def __init__(self, port, profile):
        self.url = f"http://127.0.0.1:{port}"
        options = {"args": [*ARGUMENTS, f"--user-data-dir={profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        wait_for("chromedriver", lambda: request(f"{self.url}/status")[0] == 200)
        session = self.post("session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        self.url += f"/session/{session}"

    def post(self, path, body):
        status, answer = request(f"{self.url}/{path}", body)
        assert status == 200, answer
        return json.loads(answer)["value"]

    def run(self, script):
        return self.post("execute/sync", {"script": script, "args": []})

    def devtools(self, command, **parameters):
        return self.post("goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, url):
        self.post("url", {"url": url})

    def click(self, selector):
        self.run(f"document.querySelector({selector!r}).click()")

    def press(self, *keys):
        down = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.post("actions", {"actions": [{"type": "key", "id": "keys", "actions": down}]})

    def wait_for(self, selector):
        wait_for(f"{selector} on the page", lambda: self.run(f"return !!document.querySelector({selector!r})"))

    def text(self, selector):
        return self.run(f"return document.querySelector({selector!r}).textContent")

    def wait_for_text(self, selector, part):
        found = lambda: self.run(f"return document.querySelector({selector!r})?.textContent ?? ''")
        wait_for(f"{part!r} in {selector}", lambda: part in found())

    def dress(self, scheme):
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def size(self, width, height, phone=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)

    def screenshot(self, path):
        # Colours take a moment to change.
        time.sleep(0.5)
        image = json.loads(request(f"{self.url}/screenshot")[1])["value"]
        path.write_bytes(base64.b64decode(image))

    def close(self, expected=()):
        entries = self.post("se/log", {"type": "browser"})
        request(self.url, method="DELETE")
        errors = [entry for entry in entries if entry["level"] == "SEVERE"]
        errors = [entry for entry in errors if not any(part in entry["message"] for part in expected)]
        assert not errors, errors


def card(name):
    return f'[data-name="{name}"]'


def watch(browser, url, folder):
    def set_upstream(name, fault):
        assert request(f"{url}/upstreams/{name}/{fault}", method="POST")[0] == 204

    browser.dress("light")
    browser.open(f"{url}/circuits")
    for name in ["users", "products", "orders", "suppliers"]:
        browser.wait_for(f".closed{card(name)} svg rect")
    assert "All of them let calls through" in browser.text("#summary")
    accessible(browser)

    # An outage, a slow upstream, and two keys of eight.
    set_upstream("users", "down")
    set_upstream("orders", "slow")
    set_upstream("suppliers", "down")
    browser.wait_for(f".open{card('users')}")
    browser.wait_for_text(f"{card('users')} .why", "failure threshold reached")
    browser.wait_for_text(f"{card('users')} .users", "by fallback")
    assert browser.text(f"{card('users')} .users").startswith("Users are served")
    browser.wait_for_text(f"{card('orders')} .why", "slow call rate reached")
    assert " since " in browser.text(f"{card('orders')} .why")
    browser.wait_for_text(f"{card('orders')}", "Probes in ")
    # Open, though nothing failed: the card shows the slow calls that did it.
    slow = browser.run(f"return document.querySelector({card('orders')!r}).querySelectorAll('tbody tr')[2].innerText")
    assert int(slow.split()[-1]) >= 5, slow
    browser.wait_for_text(f"{card('orders')} .users", "ended in an error")
    browser.wait_for_text(f"{card('suppliers')} .pill", "2 of 8 not closed")
    browser.run(f"document.querySelector({card('suppliers')!r}).querySelector('details').open = true")
    browser.wait_for(f"{card('suppliers')} li.open")
    browser.wait_for("#log .to.open")
    # The counts of the table are those of the time that stands over them.
    browser.wait_for_text(f"{card('users')} thead", "last")
    time.sleep(8)
    browser.screenshot(folder / "outage.png")

    browser.dress("dark")
    browser.screenshot(folder / "dark.png")
    browser.size(390, 844, phone=True)
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), "it is wider than a phone"
    browser.screenshot(folder / "phone.png")
    browser.devtools("Emulation.clearDeviceMetricsOverride")
    browser.dress("light")

    for name in ["users", "orders", "suppliers"]:
        set_upstream(name, "up")
    for name in ["users", "orders", "suppliers"]:
        browser.wait_for(f".closed{card(name)}")
    browser.wait_for("#log .to.closed")

    # By keyboard, and not by one press.
    force = f"{card('products')} [data-command=force_open]"
    browser.run(f"document.querySelector({force!r}).focus()")
    browser.press("\ue007")
    assert "again" in browser.text(force)
    assert request(f"{url}/users/1")[0] == 200
    browser.press("\ue007")
    browser.wait_for(f".forced_open{card('products')}")
    browser.wait_for_text(f"{card('products')} .why", "until somebody resets it")
    browser.wait_for_text("#spoken", "products is forced open")
    browser.screenshot(folder / "forced.png")
    browser.click(f"{card('products')} [data-command=reset]")
    browser.wait_for(f".closed{card('products')}")


def accessible_names(browser):
    """What a screen reader is told: roles and names."""
    nodes = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if "role" in node]


def accessible(browser):
    """What a screen reader is told, and colours that can be read."""
    named = accessible_names(browser)
    for role, part in [("article", "users"), ("heading", "Circuits"), ("table", ""), ("status", ""), ("button", "reset")]:
        assert any(found == role and part in name for found, name in named), (role, part)
    charts = [name for role, name in named if role in ("img", "image") and "succeeded" in name]
    assert len(charts) == 4, named
    readable(browser)


def readable(browser):
    for scheme in ["light", "dark"]:
        browser.dress(scheme)
        poor = browser.run(CONTRAST)
        assert not poor, (scheme, poor)
    browser.dress("light")


# Text on its ground: at least 4.5 to 1.
CONTRAST = """
const rgb = text => { const c = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  c.fillStyle = text; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data]; };
const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const ground = element => { for (; element; element = element.parentElement) {
  const colour = rgb(getComputedStyle(element).backgroundColor); if (colour[3] > 250) return colour; } return [255, 255, 255]; };
const poor = [];
for (const element of document.querySelectorAll('h1, h2, th, td, .pill, .why, .users, .all, .failed, label, input, select, button, \
summary, #live, time, .soft')) {
  if (!(element.value ?? element.textContent).trim() && !element.textContent.trim() || !element.checkVisibility()) continue;
  const [a, b] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
  const ratio = (a + .05) / (b + .05);
  if (ratio < 4.5) poor.push([element.textContent.slice(0, 30), ratio.toFixed(2)]);
}
return poor;
"""


def dead(browser, program, folder):
    """The service is gone: nothing may look as if it were of now."""
    stop(program)
    browser.wait_for("body.dead")
    assert "has not answered since" in browser.text("#dead")
    assert not browser.text("#summary"), "it does not say that all is well"
    assert "grayscale" in browser.run("return getComputedStyle(document.querySelector('#circuits')).filter")
    browser.screenshot(folder / "dead.png")


def routes(url):
    """JSON for programs, and no control without being asked."""
    status, body = request(f"{url}/circuits", headers={"Accept": "application/json"})
    seen = json.loads(body)
    assert status == 200 and [circuit["name"] for circuit in seen["circuits"]] == ["users", "products", "orders"], body
    assert seen["families"][0]["name"] == "suppliers"
    control = f"{url}/circuits/control"
    assert request(control, {"name": "nobody", "command": "reset"})[0] == 404
    assert request(control, {"name": "users", "command": "explode"})[0] == 422
    # A form of another site cannot say that it is JSON.
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert request(control, {"name": "users", "command": "force_open"}, headers=form)[0] == 415


def fleet(browser, binary, folder):
    """Two processes share their circuits: the page of the one tells of the other, and its button reaches both."""
    with redis() as (address, server), contextlib.ExitStack() as stack:
        join = lambda node: stack.enter_context(service(binary, "--fleet", address, "--node", node))[0]
        one, other = join("api-1"), join("api-2")

        def set_upstream(url, fault):
            assert request(f"{url}/upstreams/users/{fault}", method="POST")[0] == 204

        def seen(url):
            body = json.loads(request(f"{url}/circuits", headers={"Accept": "application/json"})[1])
            state = next(circuit["state"] for circuit in body["circuits"] if circuit["name"] == "users")
            return state, next(circuit for circuit in body["fleets"][0]["circuits"] if circuit["name"] == "users")

        users, part = card("users"), f"{card('users')} .all"
        browser.open(f"{other}/circuits")
        browser.wait_for('.connected[data-fleet="shop"]')
        # It looks every five seconds, give or take a half.
        browser.wait_for_text('[data-fleet="shop"] .why', "This is api-2, one of 2 living nodes. It shares ")
        assert not browser.run(f"return document.querySelector({part!r}).checkVisibility()"), "there is nothing to say"

        # One node alone, and then both.
        set_upstream(other, "down")
        browser.wait_for_text(part, "Opened on api-2 only. Too few others have opened it")
        assert seen(one)[0] == "closed"
        set_upstream(one, "down")
        browser.wait_for_text(part, "Open in the fleet since")
        voters = seen(other)[1]["votes"]
        assert sorted(voters) == ["api-1", "api-2"], voters
        browser.wait_for_text(part, f"Opened by {', '.join(voters)}.")
        browser.screenshot(folder / "fleet.png")
        # Half a second for each probe.
        for url in [one, other]:
            set_upstream(url, "slow")
        wait_for("a prober that both know", lambda: (prober := seen(one)[1]["prober"]) and prober == seen(other)[1]["prober"])
        says = "return fleetSays({ state: 'probing', since: 90, retry_after: 0, votes: [], prober: 'api-1' }, { status: 'connected' }, 100)[0]"
        assert browser.run(says) == "Open in the fleet since " + browser.run("return clock(90)") + " (10 s). api-1 probes for all."
        for url in [one, other]:
            set_upstream(url, "up")
        browser.wait_for(f".closed{users}")
        wait_for("both closed", lambda: seen(one)[0] == "closed" == seen(one)[1]["state"])

        # By keyboard: who, why, how long, and then for all.
        browser.run(f"document.querySelector({(users + ' [data-command=force_open_all]')!r}).focus()")
        browser.press("\ue007")
        browser.press(*"ann", "\ue004", *"INC-4711", "\ue004", *"for 1 h", "\ue004")
        named = accessible_names(browser)
        for wanted in [("textbox", "who"), ("textbox", "why"), ("combobox", "how long"), ("button", "reject all calls on all nodes")]:
            assert wanted in named, (wanted, named)
        readable(browser)
        assert seen(one)[0] == "closed", "nothing is done before it is said twice"
        browser.press("\ue007")
        browser.wait_for(f".forced_open{users}")
        browser.wait_for_text(part, "Forced open on all nodes by ann since ")
        assert "(60 min left): INC-4711." in browser.text(part), browser.text(part)
        wait_for("the other node", lambda: seen(one)[0] == "forced_open")
        readable(browser)
        shown = lambda command: browser.run(f"return document.querySelector({f'{users} [data-command={command}]'!r}).checkVisibility()")
        assert shown("reset_all") and not shown("force_open_all"), "one button"
        assert browser.run("return document.activeElement.dataset.command") == "reset_all", "the focus stays"
        browser.screenshot(folder / "fleet-forced.png")
        browser.size(390, 844, phone=True)
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), "it is wider than a phone"
        browser.devtools("Emulation.clearDeviceMetricsOverride")
        browser.press("\ue007")
        browser.wait_for(f".closed{users}")
        wait_for("the other button", lambda: shown("force_open_all") and not shown("reset_all"))
        wait_for("the other node", lambda: seen(one)[0] == "closed")

        # Without Redis each goes on by itself, and the page says what it cannot do.
        stop(server)
        browser.wait_for('.degraded[data-fleet="shop"]')
        browser.wait_for_text('[data-fleet="shop"] .why', "api-2 has heard nothing of the others since")
        assert request(f"{other}/users/1")[0] == 200
        browser.click(f"{users} [data-command=force_open_all]")
        browser.click(f"{users} [data-command=force_open_all_now]")
        browser.wait_for_text(f"{users} .failed", "Not done: the fleet is not connected to its engine.")
        assert seen(other)[0] == "closed"
        browser.screenshot(folder / "fleet-degraded.png")


def main(binary, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        with running("chromedriver", f"--port={port}", "--log-level=SEVERE"):
            browser = Browser(port, profile)
            try:
                fleet(browser, binary, folder)
                with service(binary) as (url, program):
                    routes(url)
                    watch(browser, url, folder)
                    dead(browser, program, folder)
            finally:
                # The services were stopped, and what was asked of a fleet without Redis was not done.
                browser.close(expected=["/circuits/events", "/circuits/fleet"])
    print(f"The page showed an outage, a slow upstream, two keys of eight, a forced circuit, a dead service, and a fleet of two: see {folder}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
