import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KubernetesClient } from "../../src/kubernetes/KubernetesClient.ts";
import { FakeApiServer } from "../cli/FakeApiServer.ts";
import { InputFolder } from "../cli/InputFolder.ts";

let folder: InputFolder;
let server: FakeApiServer;
let kubeconfig: string;
beforeEach(async () => {
  folder = new InputFolder();
  server = new FakeApiServer();
  kubeconfig = folder.write("config", await server.start());
});
afterEach(() => {
  server.stop();
  folder.remove();
});

describe("KubernetesClient", () => {
  it("create rejects without any kubeconfig, and the message says where it looked", async () => {
    vi.stubEnv("HOME", folder.path);
    vi.stubEnv("KUBECONFIG", undefined);
    try {
      await expect(KubernetesClient.create({})).rejects.toThrow(
        /^no cluster is configured: there is no KUBECONFIG, no/,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("call rejects after the time limit when the API server does not answer", async () => {
    server.fault = "silence";
    const client = await KubernetesClient.create({ kubeconfig }, 200);
    await expect(client.call({ method: "GET", path: "/api/v1/namespaces/x" })).rejects.toThrow(
      `${server.url}: no answer within 200 ms`,
    );
  });

  it("call rejects with the cluster's URL when the credential plugin cannot be started", async () => {
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-plugin", interactiveMode: "Never" };
    const config = { ...JSON.parse(readFileSync(kubeconfig, "utf8")), users: [{ name: "me", user: { exec } }] };
    const client = await KubernetesClient.create({ kubeconfig: folder.write("exec", JSON.stringify(config)) });
    await expect(client.call({ method: "GET", path: "/api/v1/namespaces/x" })).rejects.toThrow(
      `${server.url}: the credential plugin no-such-plugin of the kubeconfig is not installed, or not in PATH`,
    );
  });

  it("create rejects a context whose cluster is not in the kubeconfig, with both names", async () => {
    const config = JSON.parse(readFileSync(kubeconfig, "utf8"));
    config.contexts.push({ name: "dangling", context: { cluster: "zz", user: "me" } });
    const choice = { context: "dangling", kubeconfig: folder.write("dangling", JSON.stringify(config)) };
    await expect(KubernetesClient.create(choice)).rejects.toThrow(
      'the context "dangling" names the cluster "zz", which the kubeconfig does not have',
    );
  });

  it("call resolves to undefined for a 404", async () => {
    const client = await KubernetesClient.create({ kubeconfig });
    expect(await client.call({ method: "GET", path: "/api/v1/namespaces/x" })).toBeUndefined();
  });

  it("call rejects an answer that is not a JSON object, and leaves the query out of the message", async () => {
    server.fault = { status: 502, message: "" };
    const client = await KubernetesClient.create({ kubeconfig });
    await expect(client.call({ method: "GET", path: "/api/v1/namespaces/x?a=b" })).rejects.toThrow(
      `${server.url}: GET /api/v1/namespaces/x: 502`,
    );
  });

  it("ask rejects an answer of more than 16 MiB", async () => {
    server.fault = { status: 200, message: "x".repeat(17 * 1024 * 1024) };
    const client = await KubernetesClient.create({ kubeconfig });
    await expect(client.ask({ method: "GET", path: "/api/v1/namespaces/x" })).rejects.toThrow(
      `${server.url}: answers more than 16777216 bytes`,
    );
  });

  it("ask returns the time of the Date header", async () => {
    const client = await KubernetesClient.create({ kubeconfig });
    const { date = 0 } = await client.ask({ method: "GET", path: "/api/v1/namespaces/x" });
    expect(Math.abs(date - Date.now())).toBeLessThan(60_000);
  });
});
