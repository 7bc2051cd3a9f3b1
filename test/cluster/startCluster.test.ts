import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { eventually } from "../run/eventually.ts";
import { startCluster } from "./startCluster.ts";

/** Whether a process runs. Signal 0 only checks for it. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("startCluster starts the Kubernetes version in go.mod without data, and stop() ends all processes", async () => {
  const cluster = await startCluster();
  const pids = ["etcd", "kube-apiserver"].map((name) => cluster.service(name).pid);
  try {
    expect((await cluster.api.get("/version")).body).toMatchObject({ major: "1", minor: "37" });
    expect((await cluster.api.get("/api/v1/namespaces")).body.items.length).toBeLessThanOrEqual(4);
    const { code, stdout } = await cluster.kubectl(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "test-admin" });
    expect(pids.filter(isRunning)).toEqual(pids);
  } finally {
    await cluster.stop();
  }
  expect(pids.filter(isRunning)).toEqual([]);
  expect(existsSync(cluster.place.folder)).toBe(false);
});

it.skipIf(process.platform !== "linux" || process.env.KUBEBUILDER_ASSETS !== undefined)(
  "the processes of startCluster end when the process that called it is killed",
  async () => {
    const script = `
      const { startCluster } = await import(${JSON.stringify(new URL("startCluster.ts", import.meta.url).href)});
      const cluster = await startCluster();
      console.log(JSON.stringify(["etcd", "kube-apiserver"].map((name) => cluster.service(name).pid)));
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
    });
    const pids: number[] = JSON.parse(line);
    expect(pids.filter(isRunning)).toEqual(pids);
    child.kill("SIGKILL");
    await eventually("its processes to end", async () => (pids.some(isRunning) ? undefined : true));
  },
);
