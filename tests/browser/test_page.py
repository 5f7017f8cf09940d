"""The page in a real browser: it moves, it is honest about age and doubt, it stays on its host, everyone can use it."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from twin.service.hub import Hub

PATIENCE_MS = 30_000
LIVE = "body[data-state=live]"
expect.set_options(timeout=PATIENCE_MS)

# text whose contrast with the nearest solid ground behind it is below WCAG 2.1 AA (4.5, or 3 for large text)
FAINT = """() => {
  const rgb = (c) => (c.match(/[\\d.]+/g) ?? []).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((p) => p / 255).map((p) => p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4)
    .reduce((sum, p, i) => sum + p * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const rect = n.tagName === "g" && n.querySelector(":scope > rect");
      const c = rgb(rect ? getComputedStyle(rect).fill : getComputedStyle(n).backgroundColor);
      if (c.length >= 3 && (c[3] ?? 1) > 0.99) return c;
    }
    return [11, 16, 21];
  };
  const faint = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || ["SCRIPT", "NOSCRIPT", "OPTION", "STYLE", "title"].includes(node.tagName) || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const svg = node instanceof SVGElement;
    const [a, b] = [lum(rgb(svg ? style.fill : style.color)), lum(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${node.tagName}.${node.getAttribute("class")} ${node.textContent.slice(0, 30)}`);
  }
  return faint;
}"""

# what a screen reader or a keyboard would stumble over
STUMBLES = """() => {
  const found = [];
  const name = (n) => n.getAttribute("aria-label") || n.textContent.trim() || (n.labels && n.labels[0]?.textContent) || n.title;
  for (const n of document.querySelectorAll("button, select, a[href], [role=img], summary")) if (!name(n)) found.push(`no name: ${n.outerHTML.slice(0, 80)}`);
  for (const n of document.querySelectorAll("[aria-labelledby]")) if (!document.getElementById(n.getAttribute("aria-labelledby"))) found.push(`dangling label: ${n.id}`);
  const ids = [...document.querySelectorAll("[id]")].map((n) => n.id);
  for (const id of new Set(ids)) if (ids.filter((i) => i === id).length > 1) found.push(`twice: ${id}`);
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
  if (!document.querySelector("main") || !document.querySelector("header")) found.push("landmarks");
  if (document.documentElement.lang !== "en") found.push("lang");
  if ([...document.querySelectorAll("[tabindex]")].some((n) => n.tabIndex > 0)) found.push("positive tabindex");
  if (document.querySelectorAll("button.rack[tabindex='0']").length !== 1) found.push("racks are not one tab stop");
  return found;
}"""


def ready(page: Page) -> Page:
    expect(page.locator(LIVE)).to_be_attached()
    expect(page.locator("#charts canvas")).to_have_count(4)
    return page


def span_ms(url: str) -> int:
    query = dict(part.split("=") for part in url.partition("?")[2].split("&") if "=" in part)
    return int(query.get("end_ms", 0)) - int(query.get("start_ms", 0))


def card(page: Page, part: str):
    return page.locator(f"#drawing [data-part='{part}']")


def test_values_move_without_a_complaint_or_another_host(valence: Served, look) -> None:
    page = ready(look(valence.url))
    it = page.locator("#kpis dd").nth(2)
    first, clock = it.inner_text(), page.locator("#event-time").inner_text()
    expect(it).not_to_have_text(first)
    expect(page.locator("#event-time")).not_to_have_text(clock)
    assert page.complaints == []
    assert page.hosts == {f"127.0.0.1:{valence.port}"}


def test_no_value_is_written_that_is_not_one(valence: Served, look) -> None:
    words = ready(look(valence.url)).locator("body").inner_text()
    assert not re.search(r"NaN|undefined|null|Infinity|\[object", words)
    assert "Valence" in words and "10\u202f368 GPUs" in words


def test_first_seconds_show_dashes_and_say_that_they_wait(look, valence: Served) -> None:
    served = Served("valence", Hub(valence.site), alive=False)
    try:
        page = look(served.url)
        expect(page.locator("#banner")).to_contain_text("Waiting for the twin")
        expect(card(page, "tank").locator(".main").first).to_have_text("–")
        assert not re.search(r"NaN|undefined|null", page.locator("body").inner_text())
        served.alive = True
        expect(card(page, "tank").locator(".main").first).not_to_have_text("–")
        assert page.complaints == []
    finally:
        served.stop()


@pytest.mark.parametrize(("site", "has", "lacks"), [
    ("valence", ("rack", "cdu", "district", "heatpump", "cooler", "tank", "pump", "network", "feed-a", "feed-b"), ("tower",)),
    ("frontier", ("rack", "cdu", "tower", "pump"), ("district", "heatpump", "cooler", "tank", "network", "feed-b")),
])
def test_the_drawing_has_the_parts_of_the_site(look, site: str, has: tuple[str, ...], lacks: tuple[str, ...]) -> None:
    served = Served(site)
    try:
        page = ready(look(served.url))
        for part in has:
            expect(card(page, part)).to_have_count(1)
        for part in lacks:
            expect(card(page, part)).to_have_count(0)
        expect(page.locator("button.rack")).to_have_count(served.site.count("rack"))
        assert page.complaints == []
    finally:
        served.stop()


def test_measured_stands_beside_the_twin_and_pipes_take_the_colour_of_their_water(valence: Served, look) -> None:
    page = ready(look(valence.url))
    expect(card(page, "ret").locator(".second")).to_have_text(re.compile(r"^twin \d+\.\d \([+−]?\d\.\d\)$"))
    hot, cold = (page.locator(f"[data-pipe={p}] .pipe").first.get_attribute("stroke") for p in ("hot", "pump"))
    red, blue = (tuple(int(c[i:i + 2], 16) for i in (1, 3, 5)) for c in (hot, cold))
    assert red[0] > red[2] and blue[2] > blue[0]


def test_a_sensor_that_is_not_believed_is_marked_and_named(valence: Served, look) -> None:
    page = ready(look(valence.url))
    expect(card(page, "cdu").locator(".mark").nth(2)).to_contain_text("⚠1")
    expect(page.locator(".doubts")).to_contain_text("h1/cdu-05")
    expect(page.locator("button.rack.silent")).to_have_count(1)


def test_a_silent_twin_is_visibly_old_and_recovers(valence: Served, look) -> None:
    page = ready(look(valence.url))
    valence.alive = False
    try:
        expect(page.locator("#banner")).to_contain_text("nothing new for")
        expect(page.locator("body")).to_have_attribute("data-state", "silent")
        assert "grayscale" in page.locator("main").evaluate("n => getComputedStyle(n).filter")
    finally:
        valence.alive = True
    expect(page.locator("#banner")).to_be_hidden()


def test_a_lost_server_is_said_and_the_page_comes_back_by_itself(look) -> None:
    served = Served("valence")
    page = ready(look(served.url))
    served.stop()
    expect(page.locator("#banner")).to_contain_text("Connection lost")
    served.start()
    try:
        expect(page.locator(LIVE)).to_be_attached()
        expect(page.locator("#banner")).to_be_hidden()
    finally:
        served.stop()


def test_a_rack_opens_with_all_its_gpus_by_pointer_and_by_keyboard(valence: Served, look) -> None:
    page = ready(look(valence.url))
    page.locator("button.rack").nth(20).hover()
    expect(page.locator("#rack-line")).to_contain_text("r021: gpu margin")
    page.locator("button.rack").nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#rack-title")).to_have_text("h1 / r002")
    expect(page.locator(".gpus li")).to_have_count(72)
    page.keyboard.press("Escape")
    expect(page.locator("#rack-dialog")).to_be_hidden()
    assert page.complaints == []


def test_bad_input_is_counted_and_shown_as_text(valence: Served, look) -> None:
    page = ready(look(valence.url))
    expect(page.locator(".reasons")).to_contain_text("7 × out of range")
    page.locator("#inputs summary").click()
    expect(page.locator("#inputs ol")).to_contain_text("311.9 is above 110 degC")


def test_trends_change_span_and_quantity(valence: Served, look) -> None:
    page = ready(look(valence.url))
    with page.expect_response(re.compile(r"/api/history\?.*field=cop_ratio")) as got:
        page.locator("#charts select").first.select_option("heatpump.cop_ratio")
    assert got.value.ok
    with page.expect_response(lambda answer: span_ms(answer.url) == 86_400_000) as got:
        page.get_by_role("button", name="24 h").click()
    assert got.value.ok


@pytest.mark.parametrize("size", [(1440, 900), (390, 844), (820, 1180), (3840, 2160)])
def test_it_fits_the_screen_and_nothing_is_faint(valence: Served, look, size: tuple[int, int]) -> None:
    page = ready(look(valence.url, *size))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(FAINT) == []
    assert page.evaluate(STUMBLES) == []


def test_no_text_of_the_drawing_leaves_its_card(valence: Served, look) -> None:
    for size in ((1440, 900), (390, 844)):
        page = ready(look(valence.url, *size))
        outside = page.evaluate("""() => [...document.querySelectorAll("#drawing .card, #drawing .band")].flatMap((g) => {
          const box = g.querySelector("rect").getBoundingClientRect();
          return [...g.querySelectorAll("text")].filter((t) => t.getBoundingClientRect().right > box.right + 1).map((t) => t.textContent);
        })""")
        assert outside == []


def test_motion_stops_for_those_who_ask(valence: Served, look) -> None:
    page = ready(look(valence.url, reduced_motion="reduce"))
    assert page.locator(".flow").first.evaluate("n => getComputedStyle(n).animationName") == "none"


def test_a_fleet_is_chosen_by_hall(look) -> None:
    served = Served("valence-2")
    try:
        page = ready(look(served.url))
        tiles = page.locator("#halls button")
        expect(tiles).to_have_count(len(served.site.model.halls))
        tiles.last.click()
        expect(page.locator("#halls [aria-current]")).to_have_text(served.site.model.halls[-1].id)
        ready(page)
        assert page.complaints == []
    finally:
        served.stop()
