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

it("is one file of at most 3 MB, 800 KB gzipped, that imports Node's own modules alone", () => {
  const { text, metafile } = folder.made;
  expect(Object.keys(metafile.outputs)).toHaveLength(1);
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect([...new Set(imported)].filter((path) => !process.getBuiltinModule(path))).toEqual([]);
  expect(text.length).toBeLessThan(3_000_000);
  expect(gzipSync(text, { level: 9 }).length).toBeLessThan(800_000);
});

it("runs by itself, as the image's user, from a folder that cannot be written", async () => {
  expect(await folder.run(["--version"])).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

it("has the commands that run in a cluster, and none that takes a gate's sources", async () => {
  const [{ stdout } = { stdout: "" }, doctor, ...others] = await Promise.all(
    [["--help"], ["doctor", "--help"], ["dev"], ["review"], ["render"], ["serve"]].map((args) => folder.run(args)),
  );
  for (const command of ["sync", "announce", "doctor", "tls-sidecar"]) expect(stdout).toContain(`${command} [options]`);
  expect(doctor?.stdout).toContain("--kubeconfig");
  expect(doctor?.stdout).not.toContain("--gate");
  for (const command of ["dev", "review", "render", "serve"])
    expect(stdout).not.toMatch(new RegExp(`^ {2}${command} `, "m"));
  expect(others).toHaveLength(4);
  for (const run of others) expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(/^postern: .*\n$/) });
});

it("says what is wrong in one line, as the command does elsewhere", async () => {
  expect(await folder.run(["sync", "--config", "/nowhere/sync.yaml"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: "postern: --config: /nowhere/sync.yaml does not exist\n",
  });
});

it("is what the Dockerfile starts, without a shell, as a user that is not root", async () => {
  const dockerfile = await readFile(new URL("../../infra/container/Dockerfile", import.meta.url), "utf8");
  expect(dockerfile).toContain("COPY --from=build /src/dist/container/postern.mjs /postern.mjs\n");
  expect(dockerfile).toContain('ENTRYPOINT ["/nodejs/bin/node", "/postern.mjs"]\n');
  expect(dockerfile).toMatch(/^USER 65532:65532$/m);
});

it("has a target for the gate, of the bundle that the build makes of functions/node.ts; the command's image is the default", async () => {
  const dockerfile = await readFile(new URL("../../infra/container/Dockerfile", import.meta.url), "utf8");
  const stages = dockerfile.split(/^FROM /m).slice(1);
  expect(stages.map((stage) => / AS (\S+)$/.exec(stage.split("\n")[0] ?? "")?.[1])).toEqual([
    "build",
    "gate",
    undefined,
  ]);
  expect(stages[1]).toContain("COPY --from=build /src/dist/functions/node.mjs /gate.mjs\n");
  expect(stages[1]).toContain('ENTRYPOINT ["/nodejs/bin/node", "/gate.mjs"]\n');
  expect(stages[1]).toMatch(/^USER 65532:65532$/m);
});
