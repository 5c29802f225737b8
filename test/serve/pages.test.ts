/** The form page without JavaScript: labels, hints, examples, answers, faults, what would move a customer. */
import { expect, test } from "vitest";
import { createApp } from "../../src/serve/app.js";
import type { Page } from "../../src/serve/index.js";
import { examplesOf } from "../../src/serve/pages/examples.js";
import { movesOf } from "../../src/serve/pages/moves.js";
import { marginWords } from "../../src/serve/pages/words.js";
import { createService } from "../../src/serve/service.js";
import { rules } from "../pipeline/models.js";
import { customers, made, record } from "./models.js";

const loaded = customers();
const app = createApp(loaded);
const service = createService(loaded);
const { features } = loaded.model.input;

const page = async (path = "/") => (await app.request(path)).text();
async function post(values: Readonly<Record<string, string>>) {
  const response = await app.request("/", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(values).toString(),
  });
  return { status: response.status, text: await response.text() };
}
const asked = { SPEND: "900", RATE: "0.7", CHANNEL: "web", VISITS: "12" };

test("every feature has a field with a label, a hint tied to it, and the typical value", async () => {
  const text = await page();
  features.forEach((feature, j) => {
    expect(text).toContain(`<label for="f${j}">${feature.name}</label>`);
    expect(text).toContain(`aria-describedby="f${j}-hint"`);
    expect(text).toContain(`id="f${j}-hint"`);
    if (feature.kind === "number") expect(text).toMatch(new RegExp(`id="f${j}"[^>]* value="${feature.median}"`));
  });
  expect(text.replace(/@[0-9a-f]{12}/, "@<hash>")).toMatchSnapshot();
});

test("no script, no inline style, nothing from elsewhere; the stylesheet knows dark and narrow", async () => {
  for (const text of [await page(), await page("/docs"), (await post(asked)).text]) {
    expect(text).not.toMatch(/<script|style=|\son\w+=|https?:\/\//);
  }
  const css = await (await app.request("/assets/style.css")).text();
  expect(css).toContain("prefers-color-scheme: dark");
  expect(css).not.toMatch(/url\(|@import/);
});

test("the page is well formed: every id once, every reference met, headings in order, a language", async () => {
  for (const text of [await page(), await page("/docs"), (await post(asked)).text, (await post({})).text]) {
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, refs] of text.matchAll(/\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"/g)) {
      for (const ref of refs!.split(" ")) expect(ids).toContain(ref);
    }
    for (const [, ref] of text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(ref);
    const levels = [...text.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    levels.forEach((level, i) => {
      expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    });
    expect(text).toContain('<html lang="en">');
    // What scrolls can be reached by the keyboard.
    for (const [pre] of text.matchAll(/<pre[^>]*>/g)) expect(pre).toContain('tabindex="0"');
    const tags = [...text.matchAll(/<(\/?)(section|form|div|ul|li|table|p|h1|h2|h3|main|select|option)\b/g)];
    const open: string[] = [];
    for (const [, close, name] of tags) {
      if (close) expect(open.pop()).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
  }
});

test("each segment's example is a row that falls into it", async () => {
  const examples = examplesOf(service);
  expect([...examples.keys()]).toEqual(loaded.model.segments.map(({ label }) => label));
  for (const { label, row } of examples.values()) {
    expect(service.compiled.predictRow(row).label).toBe(label);
    const text = await page(`/?example=${label}`);
    expect(text).toContain(`href="/?example=${label}" aria-current="true"`);
    const at = features.findIndex(({ name }) => name === "VISITS");
    expect(text).toMatch(new RegExp(`id="f${at}"[^>]* value="${row[at]}"`));
  }
  expect(await page("/?example=99")).toEqual(await page());
});

test("an answer: name, margin in words, what speaks for it, what would move it", async () => {
  const { status, text } = await post(asked);
  expect(status).toBe(200);
  const { name } = loaded.compiled.scoreRow(record);
  expect(text).toContain(`</svg> ${name}</h2>`);
  expect(text).toContain("What speaks for it");
  expect(text).toMatch(/id="f0"[^>]* value="900"/);
  expect(text).toMatch(/To <strong>Segment \d<\/strong>: \w+ [\d.,–]+ → [\d.,]+/);
  expect(text.replace(/@[0-9a-f]{12}/, "@<hash>")).toMatchSnapshot();
});

test("outside the range, empty and never-seen values are said in words", async () => {
  const { text } = await post({ ...asked, SPEND: "", VISITS: "400", CHANNEL: "fax" });
  expect(text).toContain("Outside what the model has seen: CHANNEL and VISITS.");
  expect(text).toContain("Left empty and filled with a typical value: SPEND.");
});

test.each([" web", "web ", "a  b", "  "])(
  "the text %j goes through the form as it goes through the API",
  async (channel) => {
    const { text } = await post({ ...asked, SPEND: " 900 ", CHANNEL: channel });
    // Without the attribute a browser sends the text with its blanks made one.
    expect(text).toContain(`<option value="${channel}" selected>`);
    expect(service.answer({ ...record, CHANNEL: channel }).outOfRange).toEqual(["CHANNEL"]);
    expect(text).toContain("Outside what the model has seen: CHANNEL.");
  },
);

test("faults keep what was typed, say what is wrong at the field and at the top", async () => {
  const { status, text } = await post({ ...asked, VISITS: "lots", RATE: "-" });
  expect(status).toBe(422);
  expect(text).toContain('role="alert"');
  expect(text).toMatch(
    /id="f\d" name="VISITS"[^>]* value="lots" aria-describedby="f\d-hint f\d-fault" aria-invalid="true"/,
  );
  expect(text).toContain("the feature &quot;VISITS&quot; must be a number, got &quot;lots&quot;");
  expect((await post({ ...asked, VISITS: "-7" })).status).toBe(422);
});

test("what would move a customer is checked: the changed row does fall into the segment", async () => {
  for (const rule of rules(made.space)) {
    const one = createService(customers(rule));
    const explained = one.explain({ ...record, SPEND: null });
    for (const { to, changes } of await movesOf(one, explained)) {
      if (changes === null) continue;
      const changed = Object.fromEntries(changes.map(({ feature, to: value }) => [feature, value]));
      expect(one.compiled.scoreRow({ ...record, SPEND: null, ...changed }).name, rule.rule).toBe(to);
      expect(changes.map(({ feature }) => feature)).not.toContain("SPEND");
    }
  }
});

test("a move that the model does not confirm is not shown", async () => {
  const explained = service.explain(record);
  const wrong = () => ({
    from: 0,
    to: 1,
    changes: [{ feature: "VISITS", from: 12, to: 13 }],
    distance: 0,
    row: [900, 0.7, 13],
  });
  expect((await movesOf(service, explained, wrong)).map(({ changes }) => changes)).toEqual([null]);
});

test("margins in words follow the rule's unit", () => {
  const examples = examplesOf(service);
  const usual = examples.get(0)!.margin!;
  const say = (margin: number | null) =>
    marginWords(service, examples, { segment: 0, margin, runnerUp: margin === null ? null : "Segment 2" });
  expect([null, 0.01 * usual, 0.3 * usual, usual].map(say)).toMatchSnapshot();
  const mixture = createService(customers(rules(made.space)[2]!));
  const odds = (margin: number) => marginWords(mixture, examplesOf(mixture), { segment: 0, margin, runnerUp: "B" });
  expect([0.1, Math.log(20), 30].map(odds)).toEqual([
    "Nearly a toss-up with B.",
    "About 20 to 1 against B.",
    "Beyond doubt for this model: more than a million to one against B.",
  ]);
});

test("a page from outside is mounted, named in the navigation, and framed like ours", async () => {
  const dashboard: Page = {
    nav: { href: "/dashboard", title: "Dashboard" },
    routes: ({ service: served, frame }) => ({
      "/dashboard": () => frame("Dashboard", "/dashboard", `<h1>${served.model.segments.length} segments</h1>`),
      "/dashboard/data.json": () =>
        Response.json({ rows: 1 }, { headers: { "content-security-policy": "default-src 'self'" } }),
    }),
  };
  const one = createApp(loaded, { pages: [dashboard] });
  const text = await (await one.request("/dashboard")).text();
  expect(text).toContain("<h1>2 segments</h1>");
  expect(text).toContain('<a href="/dashboard" aria-current="page">Dashboard</a>');
  expect(await (await one.request("/")).text()).toContain('<a href="/dashboard">Dashboard</a>');
  const data = await one.request("/dashboard/data.json");
  expect(data.headers.get("content-security-policy")).toBe("default-src 'self'");
  expect(data.headers.get("x-content-type-options")).toBe("nosniff");
  expect((await one.request("/dashboard", { method: "POST" })).status).toBe(405);
});
