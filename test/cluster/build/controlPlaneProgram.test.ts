import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";
import { controlPlaneProgram } from "./controlPlaneProgram.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-assets-"));
afterAll(() => rmSync(folder, { recursive: true }));

for (const name of ["etcd", "kube-apiserver", "kubectl"]) writeFileSync(join(folder, name), "");

it("controlPlaneProgram uses the folder of KUBEBUILDER_ASSETS and builds nothing", async () => {
  const lines: string[] = [];
  const program = await controlPlaneProgram((line) => lines.push(line), { KUBEBUILDER_ASSETS: folder, PATH: "" });
  expect(program("etcd")).toEqual({ file: join(folder, "etcd"), args: [] });
  expect(lines).toEqual([]);
});

it.each([
  {
    what: "a folder without etcd",
    env: { KUBEBUILDER_ASSETS: tmpdir() },
    message: `KUBEBUILDER_ASSETS is ${tmpdir()}, which does not contain etcd`,
  },
  {
    what: "a missing Go when nothing is built",
    env: { PATH: folder, XDG_CACHE_HOME: join(folder, "cache") },
    message:
      /^the test cluster needs Go 1\.26, and go is not on PATH: install it from \S+, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl$/,
  },
])("controlPlaneProgram reports $what in one line that says what to do", async ({ env, message }) => {
  const error = await controlPlaneProgram(() => undefined, env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ClusterUnavailableError);
  expect(error).toHaveProperty("message", typeof message === "string" ? message : expect.stringMatching(message));
});

it("controlPlaneProgram names a component that is missing in the folder", async () => {
  const program = await controlPlaneProgram(() => undefined, { KUBEBUILDER_ASSETS: folder });
  expect(() => program("kube-scheduler")).toThrow(
    `KUBEBUILDER_ASSETS is ${folder}, which does not contain kube-scheduler: unset it to build one`,
  );
});
