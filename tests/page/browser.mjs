// Drives one real browser for browser.py: a JSON object a line in, one a line out.
//   node browser.mjs chromium|firefox PROGRAM, with node_modules in QNET_PAGE_MODULES
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.QNET_PAGE_MODULES}/`);
const [kind, program] = process.argv.slice(2);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Chromium by Playwright. */
async function chromium(options) {
  const args = ["--no-sandbox", ...(options.args ?? [])];
  const browser = await require("playwright-core").chromium.launch({ executablePath: program, args });
  return {
    close: () => browser.close(),
    newPage: async (look) => {
      const context = await browser.newContext({
        viewport: { width: look.width, height: look.height },
        colorScheme: look.scheme,
        locale: look.locale,
        reducedMotion: look.still ? "reduce" : "no-preference",
        permissions: options.permissions ?? [],
      });
      const page = await context.newPage();
      return { page, upload: (selector, file) => page.setInputFiles(selector, file), done: () => context.close() };
    },
  };
}

/** Firefox by Puppeteer, over WebDriver BiDi. A look counts for the whole browser. */
async function firefox(options) {
  const look = options.look;
  const browser = await require("puppeteer-core").launch({
    browser: "firefox",
    executablePath: program,
    headless: true,
    extraPrefsFirefox: {
      "layout.css.prefers-color-scheme.content-override": look.scheme === "dark" ? 0 : 1,
      "intl.accept_languages": look.locale,
      "ui.prefersReducedMotion": look.still ? 1 : 0,
    },
  });
  return {
    close: () => browser.close(),
    newPage: async (wanted) => {
      const page = await browser.newPage();
      await page.setViewport({ width: wanted.width, height: wanted.height });
      const upload = async (selector, file) => (await page.$(selector)).uploadFile(file);
      return { page, upload, done: () => page.close() };
    },
  };
}

let browser = null;
const pages = new Map();

function watch(page, heard) {
  page.on("pageerror", (error) => heard.errors.push(String(error.message ?? error)));
  page.on("console", (message) => {
    if (message.type() === "error") heard.errors.push(message.text());
  });
  page.on("request", (request) => heard.requests.push(request.url()));
}

const actions = {
  async launch(words) {
    browser = await { chromium, firefox }[kind](words);
  },
  async open(words) {
    const opened = await browser.newPage(words.look);
    const heard = { errors: [], requests: [] };
    watch(opened.page, heard);
    pages.set(words.page, { ...opened, heard });
  },
  goto: (words, { page }) => page.goto(words.url, { waitUntil: words.until ?? "load" }).then(() => null),
  /** `text` is an expression; what it promises is waited for. */
  evaluate: (words, { page }) => page.evaluate(words.text),
  async click(words, { page }) {
    const element = await page.waitForSelector(words.selector, { timeout: 20_000 });
    await element.click();
  },
  press: (words, { page }) => page.keyboard.press(words.key),
  type: (words, { page }) => page.keyboard.type(words.text),
  upload: (words, { upload }) => upload(words.selector, words.file),
  resize: (words, { page }) =>
    page[kind === "chromium" ? "setViewportSize" : "setViewport"]({ width: words.width, height: words.height }),
  screenshot: (words, { page }) => page.screenshot({ path: words.file, fullPage: words.whole ?? true }).then(() => null),
  /** Findings of serious or above. */
  async axe(_words, { page }) {
    await page.evaluate(axeSource); // a script element would be refused by the page's policy
    return page.evaluate(`axe.run().then((found) => found.violations
      .filter((v) => v.impact === "serious" || v.impact === "critical")
      .map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 200) + " " + n.failureSummary).join("; ")))`);
  },
  heard: (_words, { heard }) => ({ errors: [...heard.errors], requests: [...heard.requests] }),
  async leave(words, { done }) {
    await done();
    pages.delete(words.page);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const words = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await actions[words.do](words, pages.get(words.page))) ?? null };
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser?.close();
