import { beforeAll, describe, expect, it } from "vitest";
import type { KubernetesApi } from "../../../src/kubernetes/KubernetesApi.ts";
import { KubernetesError } from "../../../src/kubernetes/KubernetesError.ts";
import { SyncCluster } from "../../../src/sync/apply/SyncCluster.ts";
import type { TargetWrite } from "../../../src/sync/target/TargetWrite.ts";
import { makeCas, SyncWorld } from "../SyncWorld.ts";

let write: TargetWrite;
beforeAll(async () => {
  const world = new SyncWorld(
    await makeCas(1),
    { gate: "g", cluster: "prod", url: undefined, soakMs: 1_000 },
    [0],
    [0],
  );
  const [target] = world.targets;
  if (target === undefined) throw new Error("the world has no target");
  write = { target, hooks: target.hooks, state: {} };
});

const answering = (status: number) => new SyncCluster(async () => ({ status, body: { message: "no" } }), "g");

describe("SyncCluster", () => {
  it.each([
    [
      "refuses",
      answering(403),
      { name: "KubernetesError", code: "cluster-refused", message: /cannot be listed: 403 no$/ },
    ],
    [
      "does not answer",
      new SyncCluster(() => Promise.reject(new Error("connection reset")), "g"),
      { name: "KubernetesError", code: "cluster-unreachable", message: /^connection reset$/ },
    ],
    [
      "does not answer the client",
      new SyncCluster(() => Promise.reject(new KubernetesError("cluster-unreachable", "no route")), "g"),
      { name: "KubernetesError", code: "cluster-unreachable", message: /^no route$/ },
    ],
  ])("targets throws a KubernetesError when the API server %s", async (_, cluster, { message, ...error }) => {
    await expect(cluster.targets()).rejects.toMatchObject({ ...error, message: expect.stringMatching(message) });
  });

  it.each([
    [403, "KubernetesError", "cluster-refused"],
    [500, "KubernetesError", "cluster-refused"],
    [404, "SyncError", "changed-in-between"],
    [409, "SyncError", "changed-in-between"],
  ])("write after a status %i throws a %s with the code %s", async (status, name, code) => {
    await expect(answering(status).write(write)).rejects.toMatchObject({ name, code });
  });

  it("shows no capability of an API server that repeats a URL, in an error or in an Event", async () => {
    const sent: string[] = [];
    const cluster = new SyncCluster(async ({ body }) => {
      sent.push(JSON.stringify(body));
      return {
        status: 422,
        body: { message: 'url: Invalid value: "https://gate.example.com/k/SECRET/c/prod/validate"' },
      };
    }, "g");
    await expect(cluster.write(write)).rejects.toThrow("https://gate.example.com/k/(hidden)/c/prod/validate");
    sent.length = 0;
    await cluster.event(write.target, { type: "Warning", reason: "A", message: "at https://a/k/SECRET/c/b" }, 0);
    expect(sent.join()).toContain("at https://a/k/(hidden)/c/b");
  });

  it.each(["a", "é", "証"])("cuts the note of an Event of the character %s to 1,024 bytes", async (character) => {
    const notes: unknown[] = [];
    const cluster = new SyncCluster(async ({ body }) => {
      notes.push(body !== undefined && "note" in body ? body.note : undefined);
      return { status: 201, body: {} };
    }, "g");
    await cluster.event(write.target, { type: "Warning", reason: "A", message: character.repeat(1_024) }, 0);
    const count = Math.floor(1_024 / Buffer.from(character).length);
    expect(notes).toEqual([character.repeat(count)]);
  });

  it.each<[what: string, refuses: boolean, api: KubernetesApi]>([
    [
      "401",
      true,
      async () => ({ status: 500, body: { message: `failed calling webhook "canary.g": ${UNAUTHORIZED}` } }),
    ],
    ["a denial", false, async () => ({ status: 403, body: { message: 'admission webhook "canary.g" denied it' } })],
    ["503", false, async () => ({ status: 500, body: { message: "failed calling webhook: 503" } })],
    ["nothing, because it is not called", false, async () => ({ status: 201, body: {} })],
    ["nothing, because the API server is not there", false, () => Promise.reject(new Error("reset"))],
  ])("refusesCapability for a gate that answers %s: %s", async (_, refuses, api) => {
    expect(await new SyncCluster(api, "g").refusesCapability()).toBe(refuses);
  });
});

const UNAUTHORIZED = "failed to call webhook: the server has asked for the client to provide credentials";
