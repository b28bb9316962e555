"""A real Chromium without a window, and the router's page in it."""
import os

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By

from servers.process import LOGS, Process, answers, free_port, until

DESKTOP = (1280, 900)
PHONE = (375, 740)


class Browser:

    def __init__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Process("chromedriver", ["chromedriver", f"--port={port}"])
        self.driver = None

    def start(self):
        self.process.start()
        self.process.started(60, lambda: answers(f"{self.url}/status"))
        options = webdriver.ChromeOptions()
        # over a pipe, so that Chromium ends when its driver does, however that ends
        for argument in ["--headless=new", "--remote-debugging-pipe", "--disable-dev-shm-usage", "--hide-scrollbars"] + (["--no-sandbox"] if os.getuid() == 0 else []):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Remote(self.url, options=options)

    def stop(self):
        try:
            if self.driver:
                self.driver.quit()
        finally:
            self.process.end()

    def open(self, router, key):
        """The router's page, logged in by typing the key, on a light desktop."""
        page = Page(self.driver)
        page.appear(DESKTOP)
        self.driver.delete_all_cookies()
        self.driver.get(f"{router.url}/ui")
        page.faults()  # those of whoever had it before
        page.log_in(key)
        return page


class Page:

    def __init__(self, driver):
        self.driver = driver

    def appear(self, size, scheme="light"):
        width, height = size
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def log_in(self, key):
        until("the page to ask for a key", 10, lambda: self.find("#login-form").is_displayed())
        self.find("#key").send_keys(key)
        self.find("#login-form button").click()

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """What is shown there; nothing while it is drawn anew or not there."""
        try:
            return self.find(selector).text
        except (NoSuchElementException, StaleElementReferenceException):
            return ""

    def row(self, section, word):
        """The text of the first row, or message, of a section that holds a word; nothing if none does."""
        rows = self.run("return [...document.querySelectorAll(`#${arguments[0]} tbody tr, #${arguments[0]} summary`)].map(row => row.innerText)", section)
        return next((row for row in rows if word in row), "")

    def press(self, label):
        """The button that says, or is labelled, so: of the dialog, where one is open."""
        until(f"a button {label}", 10, lambda: self.run("""
            const found = [...(document.querySelector("dialog[open]") ?? document).querySelectorAll("button")].find(button => button.checkVisibility() && [button.textContent, button.ariaLabel].includes(arguments[0]));
            found?.scrollIntoView({ block: "center" });
            found?.click();
            return Boolean(found);""", label))

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def faults(self):
        """What went wrong in the page since it was asked last; that the router refused something is not its fault."""
        lines = self.driver.execute("getLog", {"type": "browser"})["value"]
        return [line["message"] for line in lines if line["level"] == "SEVERE" and line["source"] != "network"]

    def keep_picture(self, name):
        self.driver.save_screenshot(str(LOGS / f"{name}.png"))
