"""The page of the example in a real browser: page.py SERVICE_BINARY SCREENSHOT_FOLDER"""

import base64
import json
import pathlib
import sys
import tempfile
import time

from programs import free_port, request, running, service, wait_for

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1140,900"]


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

    def click(self, selector):
        self.run(f"document.querySelector({selector!r}).click()")

    def wait_for(self, selector):
        wait_for(f"{selector} on the page", lambda: self.run(f"return !!document.querySelector({selector!r})"))

    def screenshot(self, path):
        # Colours take a moment to change.
        time.sleep(0.5)
        image = json.loads(request(f"{self.url}/screenshot")[1])["value"]
        path.write_bytes(base64.b64decode(image))

    def close(self):
        errors = [entry for entry in self.post("se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]
        request(self.url, method="DELETE")
        assert not errors, errors


def watch(browser, folder):
    for name in ["users", "products", "orders"]:
        browser.wait_for(f"#{name}.closed")
        browser.wait_for(f"#{name} svg rect")

    browser.click('#users [data-fault="down"]')
    browser.click('#orders [data-fault="slow"]')
    browser.wait_for("#users.open")
    assert browser.run("return document.querySelector('#users .pill').textContent") == "open"
    browser.wait_for("#log .to.open")
    browser.wait_for("#orders.open")
    browser.wait_for("#products .note span + span:not(:empty)")
    browser.screenshot(folder / "open.png")

    browser.click('#users [data-fault="up"]')
    browser.click('#orders [data-fault="up"]')
    browser.wait_for("#users.closed")
    browser.wait_for("#orders.closed")
    browser.wait_for("#log .to.closed")

    browser.click('#products [data-command="force-open"]')
    browser.wait_for("#products.forced_open")
    browser.screenshot(folder / "forced.png")
    browser.click('#products [data-command="reset"]')
    browser.wait_for("#products.closed")


def main(binary, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, service(binary) as url:
        port = free_port()
        with running("chromedriver", f"--port={port}", "--log-level=SEVERE"):
            browser = Browser(port, profile)
            try:
                browser.post("url", {"url": url})
                watch(browser, folder)
            finally:
                browser.close()
    print(f"The page showed a circuit open and close, and one forced open and reset: see {folder}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
