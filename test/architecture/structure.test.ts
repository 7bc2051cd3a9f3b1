import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { type SourceFile, sourceFiles } from "./sourceFiles.ts";

const files = sourceFiles("src", "functions", "infra");

/** Which folders each folder may import from, beside itself. Imports point one way. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/protocol": [],
  "src/telemetry": [],
  "src/policy": ["src/protocol", "src/telemetry"],
  "src/policies": ["src/policy", "src/protocol"],
  "src/registration": ["src/policy", "src/protocol"],
  "src/tls": ["src/telemetry", "src/trust"],
  "src/trust": [],
  "src/sync": ["src/protocol", "src/registration", "src/trust", "src/telemetry"],
  "src/rollout": ["src/protocol", "src/sync", "src/telemetry", "src/trust"],
  "src/doctor": ["src/protocol", "src/policy", "src/registration", "src/trust", "src/sync"],
  "src/gate": ["src/protocol", "src/policy", "src/registration", "src/telemetry", "src/tls"],
  "src/cli": [
    "src",
    "src/protocol",
    "src/policy",
    "src/policies",
    "src/registration",
    "src/telemetry",
    "src/tls",
    "src/trust",
    "src/sync",
    "src/rollout",
    "src/doctor",
    "src/gate",
  ],
  // The package's main entry.
  src: ["src/gate", "src/policy", "src/protocol", "src/registration"],
  functions: ["src/gate", "src/policy", "src/policies"],
  infra: ["package.json", "src/gate", "src/cli"],
};

const folderOf = (path: string): string =>
  path
    .split("/")
    .slice(0, path.startsWith("src/") ? 2 : 1)
    .join("/")
    .replace(/^src\/[^/]*\.ts$/, "src");

it("the files are where the layout says", () => {
  expect([...new Set(files.map(({ path }) => folderOf(path)))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

it("imports point one way", () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter(
        (target) =>
          folderOf(target.path) !== folderOf(path) && !MAY_IMPORT[folderOf(path)]?.includes(folderOf(target.path)),
      )
      .map((target) => `${path} -> ${target.path}`),
  );
  expect(wrong).toEqual([]);
});

it("no files import each other's values in a circle", () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: SourceFile, way: readonly string[]): void => {
    if (way.includes(file.path)) circles.push([...way.slice(way.indexOf(file.path)), file.path].join(" -> "));
    if (done.has(file.path) || way.includes(file.path)) return;
    for (const { path, typesOnly } of file.imports) {
      const next = byPath.get(path);
      if (!typesOnly && next !== undefined) visit(next, [...way, file.path]);
    }
    done.add(file.path);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

describe("files", () => {
  it("have at most 250 lines, and half of them at most 90", () => {
    expect(files.filter(({ lines }) => lines > 250).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
    const sorted = files.map(({ lines }) => lines).sort((left, right) => left - right);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(90);
  });

  it("are named for something that they export", () => {
    const entries = /(^functions|index|postern|build)\/?.*\.ts$/;
    const misnamed = files
      .filter(({ path }) => !entries.test(path))
      .filter(({ path, text }) => {
        const name = path.split("/").at(-1)?.replace(".ts", "") ?? "";
        const exported = [...text.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm)].map(
          ([, it = ""]) => it.toLowerCase().replaceAll("_", ""),
        );
        return !exported.some(
          (it) => it === name.toLowerCase() || it.includes(name.toLowerCase()) || name.toLowerCase().includes(it),
        );
      })
      .map(({ path }) => path);
    expect(misnamed).toEqual([]);
  });

  it("switch no types off", () => {
    const off = /\bas any\b|: any\b|<any>|@ts-ignore|@ts-expect-error|@ts-nocheck/;
    expect(files.filter(({ text }) => off.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("hold no module-level state that can change", () => {
    const mutable = files.filter(({ text }) => /^(export )?let /m.test(text)).map(({ path }) => path);
    expect(mutable).toEqual([]);
  });
});

it("what runs at the edge imports no node: module", () => {
  const nodeOnly = ["src/hosts/serveGate.ts", "src/hosts/createLambda.ts", "src/hosts/readAnnouncementFile.ts"];
  const edge = files.filter(
    ({ path }) =>
      /^src\/(protocol|policy|policies|registration|telemetry|gate)\//.test(path) && !nodeOnly.includes(path),
  );
  expect(
    edge.flatMap(({ path, packages }) =>
      packages.filter((name) => name.startsWith("node:")).map((name) => `${path}: ${name}`),
    ),
  ).toEqual([]);
});

it("what src imports is a dependency of the package", () => {
  const { dependencies, peerDependencies } = manifest;
  const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const imported = files.filter(({ path }) => path.startsWith("src/")).flatMap(({ packages }) => packages);
  const names = imported
    .filter((name) => !name.startsWith("node:"))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  expect([...new Set(names)].filter((name) => !declared.has(name))).toEqual([]);
});
