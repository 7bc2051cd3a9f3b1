import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";
import { anchorsOf, linksOf } from "./linksOf.ts";
import { ROOT, readmes } from "./readmes.ts";

it.each(readmes().map(({ path, text }) => [path, text] as const))(
  "every relative link of %s resolves",
  (path, text) => {
    const broken = linksOf(text).flatMap(({ line, target }) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [file = "", anchor] = target.split("#", 2);
      const place = file === "" ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(ROOT, place))) return [`${path}:${line}: ${target}: there is no ${place}`];
      if (anchor === undefined) return [];
      const anchors = place.endsWith(".md") ? anchorsOf(readFileSync(join(ROOT, place), "utf8")) : [];
      return anchors.includes(anchor) ? [] : [`${path}:${line}: ${target}: ${place} has no heading for it`];
    });
    expect(broken).toEqual([]);
  },
);

it("linksOf finds links outside code, with their lines", () => {
  expect(linksOf("[a](b.md)\n```\n[c](d.md)\n```\n`[e](f.md)` and [g](#h)\n")).toEqual([
    { line: 1, target: "b.md" },
    { line: 5, target: "#h" },
  ]);
});

it("anchorsOf names headings as GitHub does", () => {
  expect(anchorsOf("# What it is\n## `postern dev`, and more\n## What it is\n```sh\n# comment\n```\n")).toEqual([
    "what-it-is",
    "postern-dev-and-more",
    "what-it-is-1",
  ]);
});
