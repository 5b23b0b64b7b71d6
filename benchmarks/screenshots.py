"""Photograph every page of the running app: 1440 px light and dark, and 390 px wide.

    python -m benchmarks.screenshots [PAGE…]      writes docs/screenshots/<page>_<view>.png
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from pages.parts.frame import PAGES

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
PORT = 8765
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage"]
VIEWS = {"light": (1440, "light"), "dark": (1440, "dark"), "phone": (390, "light")}
MAX_HEIGHT = 8000  # pixels


def serve(port: int = PORT) -> subprocess.Popen:
    """Start the app and wait until it answers."""
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port),
         "--server.headless", "true"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1)
            return server
        except OSError:
            time.sleep(0.25)
    server.terminate()
    raise SystemExit("the app did not start")


def settle(page: Page) -> None:
    """Wait until the script has run and its charts are drawn."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=30_000)
    page.wait_for_timeout(1500)


def main(names: list[str]) -> None:
    """Photograph the pages named, or all."""
    OUT.mkdir(parents=True, exist_ok=True)
    names = names or [name for group in PAGES.values() for name in group]
    server = serve()
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
            for view, (width, scheme) in VIEWS.items():
                context = browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                for name in names:
                    _photograph(context.new_page(), name, view, width)
                context.close()
            browser.close()
    finally:
        server.terminate()


def _photograph(page: Page, name: str, view: str, width: int) -> None:
    path = "" if name == "overview" else name
    page.goto(f"http://localhost:{PORT}/{path}")
    settle(page)
    tall = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(MAX_HEIGHT, tall + 80)})
    settle(page)
    page.screenshot(path=OUT / f"{name}_{view}.png")
    page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
