import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";
import { controlPlaneProgram } from "./controlPlaneProgram.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-assets-"));
afterAll(() => rmSync(folder, { recursive: true }));

for (const name of ["etcd", "kube-apiserver", "kubectl"]) writeFileSync(join(folder, name), "");

it("KUBEBUILDER_ASSETS wins, and nothing is built", async () => {
  const lines: string[] = [];
  const program = await controlPlaneProgram((line) => lines.push(line), { KUBEBUILDER_ASSETS: folder, PATH: "" });
  expect(program("etcd")).toEqual({ file: join(folder, "etcd"), args: [] });
  expect(lines).toEqual([]);
});

it.each([
  {
    what: "a folder without an API server",
    env: { KUBEBUILDER_ASSETS: tmpdir() },
    message: `KUBEBUILDER_ASSETS is ${tmpdir()}, and there is no etcd in it`,
  },
  {
    what: "no Go, and nothing built before",
    env: { PATH: folder, XDG_CACHE_HOME: join(folder, "cache") },
    message:
      /^the test cluster is built with Go 1\.26, and there is no go on PATH: install it from \S+, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl$/,
  },
])("$what is said in one line, with what to do", async ({ env, message }) => {
  const error = await controlPlaneProgram(() => undefined, env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ClusterUnavailableError);
  expect(error).toHaveProperty("message", typeof message === "string" ? message : expect.stringMatching(message));
});

it("a component that the folder lacks is named", async () => {
  const program = await controlPlaneProgram(() => undefined, { KUBEBUILDER_ASSETS: folder });
  expect(() => program("kube-scheduler")).toThrow(
    `KUBEBUILDER_ASSETS is ${folder}, and there is no kube-scheduler in it; unset it to have one built`,
  );
});
