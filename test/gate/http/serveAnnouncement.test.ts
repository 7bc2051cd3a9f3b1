import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import type { GateDependencies } from "../../../src/gate/GateDependencies.ts";
import { createLambda, type HttpEvent } from "../../../src/hosts/createLambda.ts";
import { createWorker, type WorkerEnv } from "../../../src/hosts/createWorker.ts";
import { readAnnouncementFile } from "../../../src/hosts/readAnnouncementFile.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { testGate } from "../gateCall.ts";

const PATH = "/.well-known/postern";
const JWS = "e30.e30.c2ln";
const gate = defineGate({ name: "edge", policies: [denyLabels()], clusters: { local: {} } });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-announcement-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function get(announcement?: GateDependencies["announcement"], method = "GET"): Promise<Response> {
  const { app } = testGate({}, announcement === undefined ? {} : { announcement });
  return app.fetch(new Request(`https://gate.example${PATH}`, { method }));
}

it("is served as it was published, and kept by nobody", async () => {
  const answer = await get(async () => `${JWS}\n`);
  expect([answer.status, await answer.text()]).toEqual([200, JWS]);
  expect(answer.headers.get("content-type")).toBe("application/jose");
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

it.each<[string, GateDependencies["announcement"] | undefined, number]>([
  ["without one", undefined, 404],
  ["when nothing was published", async () => undefined, 404],
  ["when it is empty", async () => " \n", 404],
  ["when it is no JWS", async () => "<html>", 500],
  ["when it is too long", async () => `${"a".repeat(16_384)}.b.c`, 500],
  ["when it cannot be read", () => Promise.reject(new Error("SECRET")), 500],
  ["when it does not come", () => new Promise(() => undefined), 500],
])("%s the answer is an error of the one shape", async (_, announcement, status) => {
  vi.useFakeTimers();
  try {
    const answered = get(announcement);
    // The limit for one that does not come.
    await vi.runAllTimersAsync();
    const answer = await answered;
    const text = await answer.text();
    expect([answer.status, Object.keys(JSON.parse(text))]).toEqual([status, ["error"]]);
    expect(text).not.toContain("SECRET");
  } finally {
    vi.useRealTimers();
  }
});

it("takes no POST", async () => {
  const answer = await get(async () => JWS, "POST");
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

describe("comes from", () => {
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
  const worker = async (env: WorkerEnv): Promise<string> =>
    (await createWorker(gate).fetch(new Request(`https://gate.example${PATH}`), env, context)).text();
  const lambda = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
    const event = {
      version: "2.0",
      routeKey: "$default",
      rawPath: PATH,
      rawQueryString: "",
      headers: { host: "gate.example" },
      requestContext: { domainName: "gate.example", http: { method: "GET", path: PATH } },
      isBase64Encoded: false,
    };
    const answer = await createLambda(gate, env)(event as unknown as HttpEvent);
    // What is no text for Hono's adapter travels in base64; the platform decodes it.
    const body = answer.isBase64Encoded ? Buffer.from(answer.body, "base64").toString() : answer.body;
    return { ...answer, body };
  };

  it("a KV namespace, under the gate's name, or a variable, on Workers", async () => {
    const keys: string[] = [];
    const kv = (value: string | null): WorkerEnv["POSTERN_ANNOUNCEMENTS"] => ({
      get: async (key) => {
        keys.push(key);
        return value;
      },
    });
    const [full, empty] = [kv(JWS), kv(null)];
    if (full === undefined || empty === undefined) throw new Error("there are two");
    expect(await worker({ POSTERN_ANNOUNCEMENTS: full, POSTERN_ANNOUNCEMENT: "a.b.c" })).toBe(JWS);
    expect(await worker({ POSTERN_ANNOUNCEMENTS: empty, POSTERN_ANNOUNCEMENT: "a.b.c" })).toBe("a.b.c");
    expect(keys).toEqual(["edge", "edge"]);
  });

  it("a file, on Lambda and Node, read anew for each call", async () => {
    const file = join(folder, "announcement.jws");
    const env = { POSTERN_ANNOUNCEMENT_FILE: file, POSTERN_ANNOUNCEMENT: "not.this.one" };
    expect(await readAnnouncementFile(file, "not.this.one")).toBeUndefined();
    await writeFile(file, JWS);
    expect(await lambda(env)).toMatchObject({ statusCode: 200, body: JWS });
    await writeFile(file, "a.b.c");
    expect(await lambda(env)).toMatchObject({ statusCode: 200, body: "a.b.c" });
    await writeFile(file, "a".repeat(1_000_000));
    expect((await readAnnouncementFile(file, undefined))?.length).toBe(32_768);
    await expect(readAnnouncementFile(folder, undefined)).rejects.toThrow();
  });

  it("a variable, where there is no file", async () => {
    expect(await readAnnouncementFile(undefined, JWS)).toBe(JWS);
    expect(await readAnnouncementFile(undefined, undefined)).toBeUndefined();
  });
});
