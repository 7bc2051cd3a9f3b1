import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { linksOf } from "../docs/linksOf.ts";
import { patience } from "../run/speedFactor.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(ROOT + path, "utf8");
/** What only the repository has: the tests, of which pages for developers tell. */
const OF_REPOSITORY = /^test\//;
/** A path of the repository in a text of the program, such as `src/identity/README.md`. */
const PATH = /(?<![\w./@-])(?:src|infra|functions|test|\.github)\/[\w./-]*[\w-]/g;

let packed: ReadonlySet<string>;

beforeAll(async () => {
  const args = ["pack", "--dry-run", "--ignore-scripts", "--json"];
  const options = { cwd: ROOT, maxBuffer: 1 << 28, timeout: patience(60_000) };
  const { stdout } = await promisify(execFile)("npm", args, options);
  const listed: unknown = JSON.parse(stdout);
  const [first] = Object.values(Object(listed));
  const files: string[] = Object(first).files.map((it: { path: string }) => it.path);
  const folders = files.flatMap((file) => file.split("/").map((_, index, parts) => parts.slice(0, index).join("/")));
  packed = new Set([...files, ...folders]);
});

/** The relative links of a page that lead to nothing in the tarball. */
function brokenLinks(page: string): string[] {
  return linksOf(read(page)).flatMap(({ target, line }) => {
    if (/^[a-z]+:|^#/.test(target)) return [];
    const path = posix.join(posix.dirname(page), target.split("#", 1)[0] ?? "").replace(/\/$/, "");
    return packed.has(path) || OF_REPOSITORY.test(path) ? [] : [`${page}:${line} ${path}`];
  });
}

it("the tarball has what each of its pages links to", () => {
  const pages = [...packed].filter((path) => path.endsWith(".md") && !path.startsWith("dist/"));
  expect(pages).toEqual(expect.arrayContaining(["README.md", ".github/UPGRADES.md", "infra/kubernetes/README.md"]));
  expect(pages.flatMap(brokenLinks)).toEqual([]);
});

it("the README of the tarball links to no page that only the repository has", () => {
  const targets = linksOf(read("README.md")).map(({ target }) => posix.normalize(target.split("#", 1)[0] ?? ""));
  expect(targets.filter((it) => OF_REPOSITORY.test(it) && !packed.has(it))).toEqual([]);
});

it("the tarball has each file and folder that a message, a finding or a help text names", () => {
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  const named = sources.flatMap((path) =>
    textsOf(read(`src/${path}`)).flatMap((text) => [...text.matchAll(PATH)].map(([found]) => `src/${path}: ${found}`)),
  );
  expect(named.length).toBeGreaterThan(10);
  const isHere = (entry: string): boolean => {
    const path = entry.split(": ", 2)[1] ?? "";
    return packed.has(path) || isExample(path);
  };
  expect(named.filter((entry) => !isHere(entry))).toEqual([]);
});

it("the tarball has no tests, no keys, no caches and no build of the functions", () => {
  const files = [...packed].filter((path) => /\.\w+$/.test(path));
  expect(
    files.filter((path) =>
      /\.test\.ts$|\.(?:pem|key|tgz|log)$|node_modules|\.wrangler|^dist\/(?:functions|container)\//.test(path),
    ),
  ).toEqual([]);
});

it("no page and no help text runs npx postern, which would install what has that name in the registry", () => {
  const pages = [...packed].filter(
    (path) => path.endsWith(".md") || (path.startsWith("src/cli/") && path.endsWith(".ts")),
  );
  const found = pages.flatMap((page) =>
    read(page)
      .split("\n")
      .flatMap((line, index) => (/\bnpx postern\b/.test(line) ? [`${page}:${index + 1} ${line.trim()}`] : [])),
  );
  // The page that says why, and the help that says what a shell completes.
  expect(found.filter((it) => !/would run whatever has that name|so npx postern needs: alias/.test(it))).toEqual([]);
});

/** The string literals of a file, without those that are imported. */
function textsOf(source: string): string[] {
  const code = source.replace(/^(?:import|export) .* from .*$/gm, "").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return code.match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
}

/** A path of the user's own project, or one that a scaffold writes there. */
function isExample(path: string): boolean {
  return /^(?:src\/gate\.ts|functions\/(?:gate|worker)\.ts|\.github\/workflows\/gate\.yml)$/.test(path);
}
