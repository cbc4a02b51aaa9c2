// Looks at pages as readers do: on a telephone and on a desk, by day and by night, and on paper. It fails where a
// reader could not read: an accessibility rule of axe-core is broken, the page itself scrolls sideways, the browser
// complains, or anything is asked of a network.
//
//     node look.mjs MODULES PICTURES PAGE...
//
// MODULES: where `npm ci` put its modules. PICTURES: a folder for what was seen. PAGE: a file of HTML.

import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, pictures, ...pages] = process.argv.slice(2);
if (pages.length === 0) {
  console.error("say: node look.mjs MODULES PICTURES PAGE...");
  process.exit(2);
}
const need = createRequire(pathToFileURL(join(resolve(modules), "look.mjs")));
const { chromium } = need("playwright-core");
const axe = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(pictures, { recursive: true });

const WIDTHS = [360, 1280];
const SCHEMES = ["light", "dark"];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

let passed = 0;
const failures = [];
function check(holds, what) {
  if (holds) passed += 1;
  else failures.push(what);
}

async function look(file, width, colorScheme) {
  const name = `${basename(file, ".html")} at ${width} px, ${colorScheme}`;
  // axe is put in by the tool, past the policy that forbids every script of the page's own.
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
  const page = await context.newPage();
  const url = pathToFileURL(resolve(file)).href;
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(url);
  await page.evaluate(() => document.querySelectorAll("details").forEach((all) => (all.open = true)));
  check(complaints.length === 0, `${name}: ${complaints.join("; ")}`);

  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  check(wide <= width, `${name}: the page is ${wide} px wide`);
  const stuck = await page.evaluate(() =>
    [...document.querySelectorAll("*")]
      .filter((all) => all.scrollWidth > all.clientWidth + 1 && getComputedStyle(all).overflowX === "auto")
      .filter((all) => all.tabIndex !== 0 || all.getAttribute("role") !== "region" || !all.ariaLabel)
      .map((all) => all.outerHTML.slice(0, 80)));
  check(stuck.length === 0, `${name}: scrolls and cannot be reached by keys: ${stuck.join("; ")}`);
  const outside = await page.evaluate(() =>
    [...document.querySelectorAll("svg text")]
      .filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5;
      })
      .map((text) => text.textContent));
  check(outside.length === 0, `${name}: text of a chart leaves the page: ${outside.join("; ")}`);

  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => axe.run());
  check(passes.length > 10, `${name}: axe found nothing to check`);
  for (const { id, help, nodes } of violations) {
    failures.push(`${name}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join("; ")}`);
  }
  passed += violations.length === 0 ? 1 : 0;

  await page.evaluate(() => document.querySelectorAll("details").forEach((all) => (all.open = false)));
  await page.screenshot({ path: join(pictures, `${name.replaceAll(/[ ,]+/g, "-")}.png`), fullPage: true });
  await context.close();
}

async function print(file) {
  const name = `${basename(file, ".html")} on paper`;
  const page = await browser.newPage();
  await page.goto(pathToFileURL(resolve(file)).href);
  const pdf = await page.pdf({ path: join(pictures, `${basename(file, ".html")}.pdf`), format: "A4" });
  check(pdf.length > 10_000, `${name}: ${pdf.length} bytes`);
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 688, height: 1000 }); // A4 less its margins, at 96 dots an inch
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll("table")]
      .filter((table) => table.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((table) => table.caption.textContent));
  check(cut.length === 0, `${name}: tables leave the paper: ${cut.join("; ")}`);
  await page.close();
}

for (const file of pages) {
  for (const width of WIDTHS) for (const scheme of SCHEMES) await look(file, width, scheme);
  await print(file);
}
await browser.close();
for (const failure of failures) console.error(`✗ ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
