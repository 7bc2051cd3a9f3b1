import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { baseImages } from "../../../infra/container/baseImages.ts";
import { isPinned, pinnedText, referenceIn } from "../../../infra/container/pinnedText.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const [ONE, TWO] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

let folder: string;

/** A copy of the files, with a docker that resolves every tag to the digest in the file `digest`. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-images-"));
  for (const file of ["infra/container", ...baseImages.map((image) => image.file)])
    await cp(join(ROOT, file), join(folder, file), { recursive: true });
  await mkdir(join(folder, "bin"));
  const docker = `#!/bin/sh\necho "$*" >> "${folder}/calls"\ncat "${folder}/digest"\n`;
  await writeFile(join(folder, "bin", "docker"), docker);
  await chmod(join(folder, "bin", "docker"), 0o755);
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function pinImages(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
  const file = join(folder, "infra/container/buildImages.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

const referencesIn = (): Promise<string[]> =>
  Promise.all(baseImages.map(async (it) => referenceIn(await readFile(join(folder, it.file), "utf8"), it)));

describe("pinImages", () => {
  it("writes the digest of every tag, and renews it", async () => {
    for (const digest of [ONE, TWO, TWO]) {
      await writeFile(join(folder, "digest"), `${digest}\n`);
      expect(await pinImages()).toMatchObject({ code: 0, stderr: "" });
      expect(await referencesIn()).toEqual(baseImages.map(({ tag }) => `${tag}@${digest}`));
    }
    expect(await pinImages("--check")).toEqual({ code: 0, stdout: "", stderr: "" });
    const calls = (await readFile(join(folder, "calls"), "utf8")).split("\n");
    expect(calls[0]).toBe(`buildx imagetools inspect ${baseImages[0]?.tag} --format {{.Manifest.Digest}}`);
  });

  it.each(["", "latest", "sha256:12", `sha512:${"1".repeat(128)}`])(
    "changes nothing when docker answers %j",
    async (answer) => {
      const before = await referencesIn();
      await writeFile(join(folder, "digest"), answer);
      const { code, stderr } = await pinImages();
      expect(code).toBe(1);
      expect(stderr).toContain("expected sha256: and 64 hex digits");
      expect(await referencesIn()).toEqual(before);
    },
  );

  it("refuses a mistyped argument, and asks no registry", async () => {
    const before = await referencesIn();
    expect(await pinImages("--chek")).toEqual({
      code: 2,
      stdout: "",
      stderr: '"--chek" is no argument; expected none, or --check [NAME=REFERENCE...]\n',
    });
    expect(await referencesIn()).toEqual(before);
  });

  it("finds a digest for each base image of the repository", async () => {
    expect(await pinImages("--check")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("--check names each image without a digest, in the files or in the arguments", async () => {
    for (const { file, line, tag } of baseImages) {
      const text = await readFile(join(folder, file), "utf8");
      await writeFile(join(folder, file), text.replace(`${line}${tag}@`, `${line}${tag} #`));
    }
    const inFiles = await pinImages("--check");
    expect(inFiles.code).toBe(1);
    expect(inFiles.stderr.match(/^infra\S+: \S+: expected IMAGE:TAG@sha256:DIGEST/gm)).toHaveLength(baseImages.length);
    const { code, stderr } = await pinImages("--check", "A=node:24", `B=node:24@${ONE}`, "C=");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: ["A", "C"]
        .map(
          (name) =>
            `${name}: expected IMAGE:TAG@sha256:DIGEST, found "${name === "A" ? "node:24" : ""}"; run "npm run images" and commit its change\n`,
        )
        .join(""),
    });
  });
});

it.each([
  [`node:24@${ONE}`, true],
  [`gcr.io/a/b@${ONE}`, true],
  [`@${ONE}`, false],
  ["node:24", false],
  ["node@sha256:12", false],
  [`node:24@${ONE}0`, false],
  [`node:24@${ONE.toUpperCase()}`, false],
  ["", false],
])("isPinned(%j) is %s", (reference, expected) => {
  expect(isPinned(reference)).toBe(expected);
});

it("pinnedText refuses a text without the line, and one with two", () => {
  const image = { file: "f", line: "FROM ", tag: "node:24" };
  expect(() => pinnedText("FROM nodes:1\n", image, ONE)).toThrow("found 0");
  expect(() => pinnedText("FROM node:1\nFROM node:2\n", image, ONE)).toThrow("found 2");
});

it("the Dockerfile has no base image but these, and refuses to build without them", async () => {
  const dockerfile = await readFile(join(ROOT, "infra/container/Dockerfile"), "utf8");
  const froms = dockerfile.split("\n").filter((line) => line.startsWith("FROM "));
  expect(froms).toHaveLength(3);
  for (const from of froms)
    expect(from).toMatch(/^FROM \$\{(BUILD|RUNTIME)_IMAGE:-HAS-NO-DIGEST--npm-run-images-writes-it\}( AS \w+)?$/);
  expect(dockerfile).toContain('--check "BUILD_IMAGE=$BUILD_IMAGE" "RUNTIME_IMAGE=$RUNTIME_IMAGE"');
});
