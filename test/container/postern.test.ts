import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { ContainerFolder } from "./ContainerFolder.ts";

let folder: ContainerFolder;

beforeAll(async () => {
  folder = await ContainerFolder.create();
});

afterAll(() => folder?.remove());

it("the container bundle is one file of at most 3 MB, 850 KB gzipped, that imports only modules of Node", () => {
  const { text, metafile } = folder.made;
  expect(Object.keys(metafile.outputs)).toHaveLength(1);
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect([...new Set(imported)].filter((path) => !process.getBuiltinModule(path))).toEqual([]);
  expect(text.length).toBeLessThan(3_000_000);
  expect(gzipSync(text, { level: 9 }).length).toBeLessThan(850_000);
});

it("the container bundle runs alone, as the user of the image, in a read-only folder", async () => {
  expect(await folder.run(["--version"])).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

it("the container bundle has the commands that run in a cluster, and none that loads sources of a gate", async () => {
  const [{ stdout } = { stdout: "" }, doctor, ...others] = await Promise.all(
    [["--help"], ["doctor", "--help"], ["dev"], ["review"], ["render"], ["serve"]].map((args) => folder.run(args)),
  );
  for (const command of ["sync", "announce", "rollout", "doctor", "tls-sidecar"])
    expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  expect(doctor?.stdout).toContain("--kubeconfig");
  expect(doctor?.stdout).not.toContain("--gate");
  for (const command of ["dev", "review", "render", "serve"])
    expect(stdout).not.toMatch(new RegExp(`^ {2}${command} `, "m"));
  expect(others).toHaveLength(4);
  for (const run of others) expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(/^postern: .*\n$/) });
});

it("the container bundle prints an error as one line, as the installed command does", async () => {
  expect(await folder.run(["sync", "--config", "/nowhere/sync.yaml"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^postern: --config: \/nowhere\/sync\.yaml does not exist; check [^\n]*\n$/),
  });
});

it("the Dockerfile starts the container bundle without a shell as a user that is not root", async () => {
  const dockerfile = await readFile(new URL("../../infra/container/Dockerfile", import.meta.url), "utf8");
  expect(dockerfile).toContain("COPY --from=build /src/dist/container/postern.mjs /postern.mjs\n");
  expect(dockerfile).toContain('ENTRYPOINT ["/nodejs/bin/node", "/postern.mjs"]\n');
  expect(dockerfile).toMatch(/^USER 65532:65532$/m);
});

it("the Dockerfile has a target for the bundle of functions/node.ts; its default is the image of the commands", async () => {
  const dockerfile = await readFile(new URL("../../infra/container/Dockerfile", import.meta.url), "utf8");
  const stages = dockerfile.split(/^FROM /m).slice(1);
  expect(stages.map((stage) => / AS (\S+)$/.exec(stage.split("\n")[0] ?? "")?.[1])).toEqual([
    "build",
    "gate",
    "commands",
  ]);
  expect(stages[1]).toContain("COPY --from=build /src/dist/functions/node.mjs /gate.mjs\n");
  expect(stages[1]).toContain('ENTRYPOINT ["/nodejs/bin/node", "--v8-pool-size=1", "/gate.mjs"]\n');
  expect(stages[1]).toMatch(/^USER 65532:65532$/m);
});
