import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { bundledPackages, thirdPartyNotices } from "../../../infra/notices/thirdPartyNotices.ts";
import { type MadeBundle, madeContainerBundle, madeGateBundle } from "../../run/gateBundle.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const read = (path: string): Promise<string> => readFile(join(ROOT, path), "utf8");

const bundles: readonly [name: string, make: () => Promise<MadeBundle>, contained: readonly string[]][] = [
  ["worker", () => madeGateBundle("worker"), ["hono", "jose", "mutative"]],
  ["lambda", () => madeGateBundle("lambda"), ["hono", "jose", "mutative"]],
  ["node", () => madeGateBundle("node"), ["hono", "@hono/node-server", "prom-client", "zod"]],
  ["container", madeContainerBundle, ["@kubernetes/client-node", "commander", "yaml", "@aws-sdk/core", "debug"]],
];

describe.each(bundles)("thirdPartyNotices of the bundle %s", (_, make, contained) => {
  it("has name, version and licence text of every package whose code is in the bundle", async () => {
    const { metafile } = await make();
    const notices = await thirdPartyNotices(metafile);
    const contributing = Object.values(metafile.outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path.split("node_modules/"))
      .filter((parts) => parts.length > 1);
    const names = new Set<string>();
    for (const parts of contributing) {
      const path = parts.at(-1) ?? "";
      const name = path
        .split("/")
        .slice(0, path.startsWith("@") ? 2 : 1)
        .join("/");
      const folder = [...parts.slice(0, -1), name].join("node_modules/");
      names.add(name);
      const { version, license } = JSON.parse(await read(`${folder}/package.json`));
      expect(notices).toContain(`\n${name} ${version} (${license})\n`);
      const file = (await readdir(join(ROOT, folder))).find((it) => /licen[cs]e/i.test(it));
      const text = await read(file === undefined ? "LICENSE" : `${folder}/${file}`);
      expect(notices).toContain(text.replaceAll("\r\n", "\n").trim());
    }
    expect([...names]).toEqual(expect.arrayContaining([...contained]));
    expect(bundledPackages(metafile).length).toBeGreaterThanOrEqual(names.size);
  });

  it("is not inside the bundle, and names no folder of this machine", async () => {
    const { metafile, text } = await make();
    const notices = await thirdPartyNotices(metafile);
    expect(text).not.toContain("WITHOUT WARRANTY OF ANY KIND");
    expect(notices).toContain("WITHOUT WARRANTY OF ANY KIND");
    expect(notices).not.toContain(ROOT);
  });
});

describe("thirdPartyNotices of a package", () => {
  let folder = "";
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function noticesOf(files: Readonly<Record<string, string>>, name = "thing"): Promise<string> {
    folder ||= await mkdtemp(join(tmpdir(), "postern-notices-"));
    const path = `deep/node_modules/other/node_modules/${name}`;
    await rm(join(folder, path), { recursive: true, force: true });
    await mkdir(join(folder, path), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, path, file), text);
    const output = { inputs: { [`${path}/dist/index.js`]: { bytesInOutput: 1 } } };
    return thirdPartyNotices({ outputs: { out: { bytes: 1, imports: [], exports: [], ...output } } }, folder);
  }

  const manifest = (more: object): string => JSON.stringify({ name: "thing", version: "1.2.3", ...more });

  it.each([["LICENSE"], ["LICENSE.md"], ["LICENCE.txt"], ["license"], ["LICENSE-MIT"], ["UNLICENSE"], ["COPYING"]])(
    "has the text of a file %s",
    async (file) => {
      const notices = await noticesOf({ "package.json": manifest({ license: "MIT" }), [file]: "Copyright A\r\nB\r\n" });
      expect(notices).toContain("Licence of thing 1.2.3:\n\nCopyright A\nB\n");
    },
  );

  it("has the text of NOTICE, and of the innermost package with a scope", async () => {
    const files = { "package.json": manifest({ name: "@a/b", license: "Apache-2.0" }), LICENSE: "L", NOTICE: "N" };
    expect(await noticesOf(files, "@a/b")).toContain("Licence of @a/b 1.2.3:\n\nL\n\nN\n");
  });

  it("has the text of the Apache License when the package has only its name", async () => {
    const notices = await noticesOf({ "package.json": manifest({ license: "Apache-2.0" }) });
    expect(notices).toContain("Apache License\n                           Version 2.0, January 2004");
  });

  it.each([
    [
      "without a licence file",
      { "package.json": manifest({ license: "MIT" }) },
      /thing 1\.2\.3: expected a licence file/,
    ],
    ["without a licence", { "package.json": manifest({}), LICENSE: "L" }, /expected name, version and license/],
  ])("is refused %s", async (_, files, message) => {
    await expect(noticesOf(files)).rejects.toThrow(message);
  });
});

it("the image, the Lambda package and the bundles have their notices beside them", async () => {
  const dockerfile = await read("infra/container/Dockerfile");
  const stages = dockerfile.split(/^FROM /m).slice(2);
  expect(stages.map((stage) => /^COPY .*\.THIRD-PARTY-NOTICES\.txt \/THIRD-PARTY-NOTICES\.txt$/m.test(stage))).toEqual([
    true,
    true,
  ]);
  expect(stages.map((stage) => /^COPY .*LICENSE \/LICENSE$/m.test(stage))).toEqual([true, true]);
  expect(await read("infra/container/Dockerfile.dockerignore")).toContain("\n!LICENSE\n");
  expect(await read("infra/lambda/serverless.yml")).toContain("- build/lambda.THIRD-PARTY-NOTICES.txt\n");
});
