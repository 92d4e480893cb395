"""Takes the pictures of README and guide from a running `./acquit demo`: python -m tools.pictures URL FOLDER [NAME …].

Needs the development packages and a Chromium (`CHROMIUM=/usr/bin/chromium` names one). Two pictures are left to hand: a
morning report that was held back, and the statuses of several entities, which a fresh demonstration does not have.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

COLLECTOR, LEADER, PASSWORD = "camille", "superviseur", "acquit-demo"
SCREEN, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
BY_COLLECTOR = {"todo", "customer", "why", "past", "manual"}
SEVERAL = {"todo", "customer", "template", "scenario", "group", "run"}
LIST = """Code client;Nom;Facture;Date facture;Échéance;Montant TTC;Reste à payer
41100900;Atelier Ferrand;F-2001;01/10/2026;31/10/2026;1 240,00;1 240,00
41100901;Imprimerie du Lac;F-2002;05/10/2026;31/02/2026;860,00;86o,00
;Garage Martin;F-2003;08/10/2026;07/11/2026;310,00;310,00
41100902;Fromagerie Joly;F-2004;12/10/2026;11/11/2026;95,50;95,50
"""


def todo(page: Page) -> None:
    """The list, a formal notice to approve opened beside it."""
    page.goto("/")
    page.locator("tbody tr", has_text="Approuver").first.locator("a").first.click()
    page.wait_for_selector(".panel-body")
    page.wait_for_timeout(500)


def customer(page: Page) -> None:
    """Whom that formal notice is for."""
    todo(page)
    page.locator(".panel-head h2 a").click()
    page.wait_for_url("**/customers/*/")


def beside(name: str) -> Callable[[Page], None]:
    """A page of the customer."""

    def open_it(page: Page) -> None:
        customer(page)
        page.goto(f"{page.url.rstrip('/')}/{name}")
        page.wait_for_load_state("networkidle")

    return open_it


def manual(page: Page) -> None:
    beside("manual/")(page)
    page.wait_for_timeout(1500)


def named(model: str, name: str) -> Callable[[Page], None]:
    """A row of the settings by its name."""

    def open_it(page: Page) -> None:
        page.goto(f"/admin/{model}/")
        page.locator("#result_list tbody").get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state("networkidle")

    return open_it


def run(page: Page) -> None:
    """The last night that opened actions."""
    page.goto("/admin/engine/run/")
    rows = page.locator("#result_list tbody tr")
    busy = [row for row in rows.all() if row.locator(".field-actions_opened").inner_text() != "0"]
    busy[0].locator("a").first.click()


def rehearsal(page: Page) -> None:
    """The entity stays in it: the demonstration is one to throw away."""
    page.goto("/admin/engine/run/rehearsal/")
    for button in page.locator("button[value=start]").all():
        button.click()
    page.wait_for_selector("button[value=lift]")


def importing(page: Page) -> None:
    page.goto("/imports/")
    file = {"name": "encours-novembre.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.locator("form:has(input[type=file]) button[type=submit]").click()
    page.wait_for_selector("#errors-title", timeout=60_000)


def mail(page: Page) -> None:
    page.goto("/demo/mail/")
    page.locator("tbody a").first.click()
    page.wait_for_load_state("networkidle")


def batch(page: Page) -> None:
    page.goto("/admin/letters/printbatch/")
    page.locator("#result_list tbody a").first.click()


PAGES: dict[str, Callable[[Page], Any]] = {
    "todo": todo,
    "customer": customer,
    "why": beside("why/"),
    "past": beside("past/?on=2026-10-20"),
    "manual": manual,
    "template": named("letters/template", "Rappel (e-mail)"),
    "scenario": named("scenarios/scenario", "Standard, professionnels"),
    "group": named("segments/group", "Retardataires chroniques"),
    "run": run,
    "supervision": lambda page: page.goto("/supervision/"),
    "batch": batch,
    "mail": mail,
    "import": importing,
    "rehearsal": rehearsal,
}


def take(page: Page, folder: Path, name: str) -> None:
    """One page, and for some also on a phone and in the dark."""
    PAGES[name](page)
    shoot(page, folder / f"{name}.png")
    if name in SEVERAL | {"supervision"}:
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        shoot(page, folder / f"{name}-phone.png")
        page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
    if name in SEVERAL:
        page.emulate_media(color_scheme="dark")
        shoot(page, folder / f"{name}-dark.png")
        page.emulate_media(color_scheme="light")


def shoot(page: Page, path: Path) -> None:
    """What the window shows once nothing moves any more, in 256 colours."""
    page.wait_for_timeout(600)
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def letter(page: Page, folder: Path) -> None:
    """The first page of the first formal notice of the batch; `pdftoppm` draws it."""
    batch(page)
    row = page.locator("tr", has_text="Mise en demeure de payer").first
    content = page.request.get(str(row.locator("a[href$='letter.pdf']").first.get_attribute("href"))).body()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        size = ["-scale-to-x", "662", "-scale-to-y", "936"]
        command = ["pdftoppm", "-png", "-singlefile", *size, file.name, str(folder / "letter")]
        subprocess.run(command, check=True)


def main(url: str, folder: str, *names: str) -> None:
    """Take the pictures named, or all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"])
        desks = {who: _logged_in(browser.new_context(base_url=url), who) for who in (COLLECTOR, LEADER)}
        for name in names or ["letter", *PAGES]:
            page = desks[COLLECTOR if name in BY_COLLECTOR else LEADER]
            take(page, Path(folder), name) if name in PAGES else letter(page, Path(folder))
        browser.close()


def _logged_in(context: BrowserContext, who: str) -> Page:
    page = context.new_page()
    page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
    page.goto("/accounts/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()
    return page


if __name__ == "__main__":
    main(*sys.argv[1:])
