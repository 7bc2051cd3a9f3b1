import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { circlesOf } from "./circlesOf.ts";
import { foldersOf } from "./foldersOf.ts";
import { functionsOf } from "./functionsOf.ts";
import { reachedFrom } from "./reachedFrom.ts";
import { siblingFolders } from "./siblingFolders.ts";
import { type SourceFile, sourceFiles } from "./sourceFiles.ts";

const files = sourceFiles("src", "functions", "infra");

/** The other folders that each folder may import from. Imports point one way. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/cache": [],
  "src/protocol": [],
  "src/telemetry": [],
  "src/http": [],
  "src/config": ["src/protocol", "src/telemetry"],
  "src/trust": ["src/protocol", "src/telemetry"],
  "src/kubernetes": ["src/http", "src/protocol", "src/telemetry"],
  // Judging.
  "src/policy": ["src/protocol", "src/telemetry"],
  "src/policies": ["src/policy", "src/protocol", "src/telemetry"],
  "src/registration": ["src/policy", "src/protocol"],
  "src/native": ["src/policy", "src/protocol", "src/registration"],
  "src/identity": ["src/cache", "src/protocol", "src/telemetry"],
  "src/records": ["src/http", "src/protocol", "src/telemetry"],
  "src/gate": ["src/identity", "src/policy", "src/protocol", "src/records", "src/registration", "src/telemetry"],
  "src/hosts": ["src/cache", "src/gate", "src/identity", "src/records", "src/telemetry", "src/tls", "src/trust"],
  // Trust.
  "src/announcement": ["src/config", "src/http", "src/protocol", "src/telemetry", "src/trust"],
  "src/sync": [
    "src/announcement",
    "src/config",
    "src/http",
    "src/kubernetes",
    "src/protocol",
    "src/registration",
    "src/telemetry",
    "src/trust",
  ],
  "src/doctor": [
    "src/http",
    "src/kubernetes",
    "src/policy",
    "src/protocol",
    "src/registration",
    "src/sync",
    "src/telemetry",
    "src/trust",
  ],
  // Serving.
  "src/tls": ["src/protocol", "src/telemetry", "src/trust"],
  "src/rollout": ["src/kubernetes", "src/protocol", "src/telemetry", "src/trust"],
  "src/cli": [
    "src",
    "src/announcement",
    "src/config",
    "src/doctor",
    "src/gate",
    "src/hosts",
    "src/http",
    "src/identity",
    "src/kubernetes",
    "src/native",
    "src/policies",
    "src/policy",
    "src/protocol",
    "src/records",
    "src/registration",
    "src/rollout",
    "src/sync",
    "src/telemetry",
    "src/tls",
    "src/trust",
  ],
  // The package's main entry.
  src: ["src/gate", "src/policy", "src/protocol", "src/registration"],
  functions: ["src/hosts", "src/gate", "src/policy", "src/policies", "src/records"],
  infra: ["package.json", "src/gate", "src/cli", "src/protocol", "src/records"],
};

const folderOf = (path: string): string =>
  path
    .split("/")
    .slice(0, path.startsWith("src/") ? 2 : 1)
    .join("/")
    .replace(/^src\/[^/]*\.ts$/, "src");

it("MAY_IMPORT has a rule for every folder of source files", () => {
  expect([...new Set(files.map(({ path }) => folderOf(path)))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

it("source files import only from the folders that MAY_IMPORT allows", () => {
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

it("no files import each other in a circle, types included", () => {
  expect(circlesOf(files)).toEqual([]);
});

it("sibling folders of a folder import one way, types included", () => {
  const folders = siblingFolders(files);
  expect(folders.map(({ path }) => path)).toEqual(expect.arrayContaining(["src/sync/plan", "src/tls/pair"]));
  expect(circlesOf(folders)).toEqual([]);
});

describe("a folder of the project", () => {
  /** Exceptions: captured reviews, and one Go package. */
  const EXCEPTIONS = ["test/fixtures/reviews", "test/cluster/controlplane/podrunner"];

  it("has at most 20 files", () => {
    const crowded = foldersOf("src", "functions", "infra", "test")
      .filter(({ path, files: count }) => count > 20 && !EXCEPTIONS.includes(path))
      .map(({ path, files: count }) => `${path}: ${count}`);
    expect(crowded).toEqual([]);
  });
});

describe("a source file", () => {
  it("has at most 250 lines, and half of all files have at most 90", () => {
    expect(files.filter(({ lines }) => lines > 250).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
    const sorted = files.map(({ lines }) => lines).sort((left, right) => left - right);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(90);
  });

  it("is named for something that it exports", () => {
    const entries = /(^functions|index|postern|build)\/?.*\.ts$/;
    const misnamed = files
      .filter(({ path }) => !entries.test(path) && !NAMED_FOR_A_SUBJECT.includes(path))
      .filter(({ path, text }) => {
        const name = path.split("/").at(-1)?.replace(".ts", "") ?? "";
        const exported = [
          ...text.matchAll(/^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm),
        ].map(([, it = ""]) => it.toLowerCase().replaceAll("_", ""));
        return !exported.some(
          (it) => it === name.toLowerCase() || it.includes(name.toLowerCase()) || name.toLowerCase().includes(it),
        );
      })
      .map(({ path }) => path);
    expect(misnamed).toEqual([]);
  });

  it("does not disable type checks", () => {
    const off = /\bas any\b|: any\b|<any>|@ts-ignore|@ts-expect-error|@ts-nocheck/;
    expect(files.filter(({ text }) => off.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("holds no module-level state that can change", () => {
    const mutable = files.filter(({ text }) => /^(export )?let /m.test(text)).map(({ path }) => path);
    expect(mutable).toEqual([]);
  });
});

/** Files with several exports on one subject. */
const NAMED_FOR_A_SUBJECT = [
  "src/protocol/kubernetesNames.ts",
  "src/trust/x509/certificateNames.ts",
  "src/cli/terminal/optionParsers.ts",
  "src/cli/terminal/sharedOptions.ts",
];

it("no function has more than four parameters", () => {
  const long = files.flatMap(({ path, text }) =>
    functionsOf(path, text)
      .filter(({ parameters }) => parameters > 4)
      .map(({ name, line, parameters }) => `${path}:${line}: ${name} has ${parameters}`),
  );
  expect(long).toEqual([]);
});

it("a test has the path of the file that it tests", () => {
  const paths = new Set(files.map(({ path }) => path));
  const homes = readdirSync(new URL("../../src", import.meta.url));
  const lost = sourceFiles("test")
    .map(({ path }) => path)
    .filter((path) => path.endsWith(".test.ts") && homes.includes(path.split("/")[1] ?? ""))
    .filter((path) => !paths.has(path.replace(/^test/, "src").replace(/(\/[^/.]+)\.[^/]*$/, "$1.ts")));
  expect(lost).toEqual([]);
});

describe("code that runs at the edge imports no node: module", () => {
  const nodeImports = (edge: readonly SourceFile[]): string[] =>
    edge.flatMap(({ path, packages }) =>
      packages.filter((name) => name.startsWith("node:")).map((name) => `${path}: ${name}`),
    );

  it("in the folders of the gate", () => {
    const folders = /^src\/(protocol|policy|policies|registration|gate)\//;
    expect(nodeImports(files.filter(({ path }) => folders.test(path)))).toEqual([]);
  });

  it("in any file that functions/worker.ts and functions/workerRecords.ts reach", () => {
    const reached = reachedFrom(files, ["functions/worker.ts", "functions/workerRecords.ts"]);
    expect(reached.length).toBeGreaterThan(80);
    expect(nodeImports(reached)).toEqual([]);
  });
});

describe.each(["src/sync/plan", "src/tls/rotation", "src/rollout/plan"])("planners are pure: %s", (folder) => {
  /** The functions of node: modules that compute and do no I/O: hashes, signatures, the syntax of IP addresses. */
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    "node:crypto": ["constants", "createHash", "createPublicKey", "verify"],
    "node:net": ["isIPv4", "isIPv6"],
  };
  const reached = reachedFrom(
    files,
    files.map(({ path }) => path).filter((path) => path.startsWith(`${folder}/`)),
  );

  it("the folder has files", () => {
    expect(reached.length).toBeGreaterThan(4);
  });

  it("uses only functions of node: modules that do no I/O", () => {
    const wrong = reached.flatMap(({ path, text }) =>
      [...text.matchAll(/^import (?!type\b)(?:([^;"]*?) from )?"(node:[^"]+)"/gm)].flatMap(
        ([, names = "all", module = ""]) =>
          names
            .replace(/^\{|\}$/g, "")
            .split(",")
            .map((name) => name.trim())
            .filter((name) => name !== "" && !name.startsWith("type ") && !ALLOWED[module]?.includes(name))
            .map((name) => `${path}: ${name} of ${module}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("reaches no file of src/kubernetes, and none that applies, serves or probes", () => {
    const wrong = reached
      .map(({ path }) => path)
      .filter((path) => /^src\/kubernetes\/|\/(apply|server|http|probe)\//.test(path));
    expect(wrong).toEqual([]);
  });
});

it("every package that src imports is a dependency in package.json", () => {
  const { dependencies, peerDependencies } = manifest;
  const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const imported = files.filter(({ path }) => path.startsWith("src/")).flatMap(({ packages }) => packages);
  const names = imported
    .filter((name) => !name.startsWith("node:"))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  expect([...new Set(names)].filter((name) => !declared.has(name))).toEqual([]);
});
