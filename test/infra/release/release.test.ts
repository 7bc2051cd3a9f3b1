import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { type ReleaseFiles, releaseFaults } from "../../../infra/release/releaseFaults.ts";
import { runtimeSbom } from "../../../infra/release/runtimeSbom.ts";
import { versionedText } from "../../../infra/release/versionedText.ts";
import { patience } from "../../run/speedFactor.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const read = (path: string): string => readFileSync(ROOT + path, "utf8");

describe("releaseFaults", () => {
  const good: ReleaseFiles = {
    tag: "v1.2.3",
    manifest: JSON.stringify({ version: "1.2.3", repository: { url: "git+https://github.com/o/postern.git" } }),
    changelog: "## [Unreleased]\n\n## [1.2.3] - 2026-12-01\n\n### Added\n\n- A thing.\n",
    stated: "1.2.3",
    repository: "o/postern",
  };
  it.each<[string, Partial<ReleaseFiles>, RegExp[]]>([
    ["a good release", {}, []],
    ["a release outside GitHub", { repository: undefined }, []],
    ["another tag", { tag: "v1.2.4" }, [/^tag: expected v1\.2\.3.* found v1\.2\.4$/]],
    ["a stated version that is another", { stated: "1.2.2" }, [/^src\/protocol\/posternVersion\.ts: expected 1\.2\.3/]],
    ["no section", { changelog: "## [Unreleased]\n\n- A thing.\n" }, [/^CHANGELOG\.md: expected a section/]],
    ["an empty section", { changelog: "## [1.2.3] - 2026-12-01\n\n## [1.2.2] - 2026-11-01\n\n- Old.\n" }, [/no entry/]],
    [
      "another repository",
      { repository: "o/postern-fork" },
      [/repository\.url "git\+https:\/\/github\.com\/o\/postern-fork/],
    ],
    ["a repository that ends alike", { repository: "stern/postern" }, [/repository\.url/]],
    ["no repository", { manifest: '{"version":"1.2.3"}' }, [/found ""$/]],
    ["no version", { manifest: "{}" }, [/^package\.json: expected a version$/]],
  ])("%s", (_, more, faults) => {
    expect(releaseFaults({ ...good, ...more })).toEqual(faults.map((fault) => expect.stringMatching(fault)));
  });
});

describe("versionedText", () => {
  const { version: from } = JSON.parse(read("package.json"));
  const to = { from, to: "9.8.7", date: "2026-12-01" };

  it.each([
    "CHANGELOG.md",
    "src/protocol/posternVersion.ts",
    "infra/kubernetes/base/cronjob.yaml",
    "infra/kubernetes/README.md",
    "infra/container/Dockerfile",
  ])("writes a version into %s, and twice the same", (path) => {
    const text = versionedText(path, read(path), to);
    expect(text).toContain("9.8.7");
    expect(versionedText(path, text, to)).toBe(text);
    if (path !== "CHANGELOG.md") expect(text).not.toContain(from);
  });

  it("adds a heading to the changelog, above what was not released", () => {
    const text = versionedText("CHANGELOG.md", "# C\n\n## [Unreleased]\n\n### Added\n\n- A.\n", to);
    expect(text).toBe("# C\n\n## [Unreleased]\n\n## [9.8.7] - 2026-12-01\n\n### Added\n\n- A.\n");
  });

  it("changes nothing that is of another program or version", () => {
    const text = `image: nginx:${from}\npostern:0.0.9\npostern:${from}.1\nmy-postern-x:${from}\nversion ${from}\n`;
    expect(versionedText("infra/x.yaml", text, to)).toBe(text);
  });
});

it("the list of packages is CycloneDX of what is installed with the package, as the lock file has it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "postern-sbom-"));
  const file = join(folder, "sbom.cdx.json");
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const options = { cwd: ROOT, timeout: patience(60_000) };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["infra/release/buildRelease.ts", "sbom", file],
    options,
  );
  const { specVersion, metadata, components, dependencies } = JSON.parse(readFileSync(file, "utf8"));
  const manifest = JSON.parse(read("package.json"));
  expect(stdout).toBe(`${file}: ${components.length} packages\n`);
  expect([specVersion, metadata.component.name, metadata.component.purl]).toEqual([
    expect.stringMatching(/^1\.\d$/),
    "postern",
    `pkg:npm/postern@${manifest.version}`,
  ]);
  const lock: Record<string, { version: string; dev?: boolean; integrity?: string }> = JSON.parse(
    read("package-lock.json"),
  ).packages;
  const installed = Object.entries(lock).filter(([path, { dev }]) => path !== "" && dev !== true);
  const named = installed.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, "")}@${version}`);
  const listed = components.map((it: { name: string; version: string }) => `${it.name}@${it.version}`);
  expect([...new Set(listed)].sort()).toEqual([...new Set(named)].sort());
  for (const name of Object.keys(manifest.dependencies))
    expect(listed).toContain(`${name}@${manifest.dependencies[name]}`);
  for (const { hashes, licenses } of components) expect([hashes?.length, licenses?.length]).toEqual([1, 1]);
  const refs = new Set([...components, metadata.component].map((it: { "bom-ref": string }) => it["bom-ref"]));
  for (const { ref, dependsOn = [] } of dependencies)
    expect([ref, ...dependsOn].filter((it: string) => !refs.has(it))).toEqual([]);
});

it.each([[[]], [["check"]], [["sbom"]], [["chek", "v1.0.0"]], [["check", "v1.0.0", "v1.0.1"]]])(
  "buildRelease.ts %j is one line about its arguments",
  async (args) => {
    const ran = promisify(execFile)(process.execPath, ["infra/release/buildRelease.ts", ...args], { cwd: ROOT });
    await expect(ran).rejects.toMatchObject({
      code: 2,
      stderr: "buildRelease.ts: expected check TAG, sbom FILE or version\n",
    });
  },
);

it("runtimeSbom refuses another format", () => {
  expect(() => runtimeSbom('{"bomFormat":"SPDX"}', "postern")).toThrow(/CycloneDX/);
});

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions?: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync(`${ROOT}.github/workflows`).map((name) => {
  const text = read(`.github/workflows/${name}`);
  return { name, text, workflow: parse(text) as Workflow };
});

describe.each(workflows)("the workflow $name", ({ text, workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it("names each action by commit, with its version as a comment", () => {
    const uses = text.match(/^\s*(?:- )?uses: .*$/gm) ?? [];
    expect(uses.length).toBe(steps.filter((step) => step.uses !== undefined).length);
    for (const line of uses) expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("puts no expression into a script, in which it could be a command", () => {
    for (const { run = "" } of steps) expect(run).not.toContain("${{");
  });

  it("gives each job only the rights that it names, a time limit, and no credentials to later steps", () => {
    expect(workflow.permissions).toEqual({});
    for (const job of jobs) {
      expect(job.permissions).toBeDefined();
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
      if (job.permissions?.["id-token"] === "write") expect(job.environment).toBe("release");
    }
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual(checkouts.map(() => false));
  });
});

it("the release publishes with provenance, signs by digest, and names targets and files that exist", () => {
  const text = read(".github/workflows/release.yml");
  expect(text).toContain("npm publish --provenance --access public");
  expect(text).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/);
  expect(text).toContain("cosign attest --yes --type cyclonedx --predicate sbom.cdx.json");
  const { jobs } = parse(text);
  const targets = jobs.image.strategy.matrix.include.map((it: { target: string }) => it.target);
  const stages = [...read("infra/container/Dockerfile").matchAll(/^FROM .* AS (\w+)$/gm)].map(([, name]) => name);
  expect(targets.filter((target: string) => !stages.includes(target))).toEqual([]);
  for (const [, path = ""] of text.matchAll(/(?:node|bash) ((?:infra|\.ci)\/\S+)/g)) expect(read(path)).not.toBe("");
});
