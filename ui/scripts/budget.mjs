// Fails when the built studio is heavier, or a source file longer, than we allow ourselves.
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const BUILT = "../src/aquatint/static";
const KB = 1000;
const LIMITS = { firstLoad: 110 * KB, styles: 12 * KB, lazyChunk: 50 * KB, componentLines: 200 };

const failures = [];
const gzipped = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
const total = (paths) => paths.reduce((sum, path) => sum + gzipped(path), 0);

function hold(what, measured, limit, unit = "kB") {
  const shown = (n) => (unit === "kB" ? (n / KB).toFixed(1) : n);
  const line = `${what}: ${shown(measured)} of ${shown(limit)} ${unit}`;
  console.log(line);
  if (measured > limit) failures.push(line);
}

const html = readFileSync(join(BUILT, "index.html"), "utf8");
const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
const scripts = globSync(join(BUILT, "assets/*.js"));
const first = scripts.filter((path) => named.some((name) => name.endsWith(basename(path))));

hold("first-load JavaScript", total([...first, join(BUILT, "theme.js")]), LIMITS.firstLoad);
hold("CSS", total(globSync(join(BUILT, "assets/*.css"))), LIMITS.styles);
for (const path of scripts.filter((script) => !first.includes(script))) {
  hold(`lazy ${basename(path)}`, gzipped(path), LIMITS.lazyChunk);
}

if (first.length === 0) failures.push("index.html names no script of assets/");
if (named.some((name) => /^(https?:)?\/\//.test(name)))
  failures.push("index.html names another origin");
if (/<script(?![^>]*\bsrc=)/.test(html)) failures.push("index.html holds an inline script");
for (const path of globSync(join(BUILT, "assets/*.css"))) {
  if (/url\(["']?(https?:)?\/\/|@import/.test(readFileSync(path, "utf8"))) {
    failures.push(`${basename(path)} loads from another origin`);
  }
}

const components = globSync("src/**/*.tsx").filter((path) => !path.endsWith(".test.tsx"));
const lines = (path) => readFileSync(path, "utf8").split("\n").length - 1;
const longest = components.sort((a, b) => lines(b) - lines(a))[0];
hold(`longest component file (${longest})`, lines(longest), LIMITS.componentLines, "lines");

if (failures.length > 0) {
  console.error(`\nOver budget:\n  ${failures.join("\n  ")}`);
  process.exit(1);
}
