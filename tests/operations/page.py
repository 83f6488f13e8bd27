"""The page of the circuits in a real browser: page.py SERVICE_BINARY SCREENSHOT_FOLDER"""

import base64
import json
import pathlib
import sys
import tempfile
import time

from programs import free_port, request, running, service, stop, wait_for

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


def accessible(browser):
    """What a screen reader is told, and colours that can be read."""
    nodes = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if "role" in node]
    for role, part in [("article", "users"), ("heading", "Circuits"), ("table", ""), ("status", ""), ("button", "reset")]:
        assert any(found == role and part in name for found, name in named), (role, part)
    charts = [name for role, name in named if role in ("img", "image") and "succeeded" in name]
    assert len(charts) == 4, named
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
for (const element of document.querySelectorAll('h1, h2, th, td, .pill, .why, .users, button, summary, #live, time, .soft')) {
  if (!element.textContent.trim() || !element.checkVisibility()) continue;
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


def main(binary, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, service(binary) as (url, program):
        routes(url)
        port = free_port()
        with running("chromedriver", f"--port={port}", "--log-level=SEVERE"):
            browser = Browser(port, profile)
            try:
                watch(browser, url, folder)
                dead(browser, program, folder)
            finally:
                # The service was stopped.
                browser.close(expected=["/circuits/events"])
    print(f"The page showed an outage, a slow upstream, two keys of eight, a forced circuit and a dead service: see {folder}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
