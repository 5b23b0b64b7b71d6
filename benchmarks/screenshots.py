"""Photograph every page of the running app: 1440 px light and dark, and 390 px wide.

python -m benchmarks.screenshots [PAGE…]      writes docs/screenshots/<page>_<view>.png
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from pages.parts.frame import PAGES

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
BROWSER = Path("/usr/bin/chromium")
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
VIEWS = {"light": (1440, "light"), "dark": (1440, "dark"), "phone": (390, "light")}
MAX_HEIGHT = {1440: 9000, 390: 3200}  # pixels: a phone's picture is cropped
DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@contextlib.contextmanager
def served(environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run the app on a free port and give its address; stop it in the end."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    server = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(url: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.25)
    raise SystemExit(f"the app did not start: {url}")


def settle(page: Page) -> None:
    """Wait until the script has run and its charts are drawn."""
    page.wait_for_selector(DONE, timeout=30_000)
    page.wait_for_function(
        "document.querySelectorAll('[data-testid=\"stPlotlyChart\"]').length =="
        " document.querySelectorAll('.js-plotly-plot .main-svg:first-child').length",
        timeout=30_000,
    )
    page.wait_for_timeout(400)


def main(names: list[str]) -> None:
    """Photograph the pages named, or all."""
    OUT.mkdir(parents=True, exist_ok=True)
    names = names or [name for group in PAGES.values() for name in group]
    with served({"OBSERVATORY_DATA": str(OUT / "none")}) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=CHROMIUM)
        for view, (width, scheme) in VIEWS.items():
            _photograph(browser, address, names, view, width, scheme)
        browser.close()


def _photograph(
    browser: Browser, address: str, names: list[str], view: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name in names:
        page = context.new_page()
        page.goto(f"{address}/{'' if name == 'overview' else name}")
        settle(page)
        tall = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
        page.set_viewport_size({"width": width, "height": min(MAX_HEIGHT[width], tall + 40)})
        settle(page)
        path = OUT / f"{name}_{view}.png"
        page.screenshot(path=path)
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE).save(
                path, optimize=True
            )
        page.close()
    context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
