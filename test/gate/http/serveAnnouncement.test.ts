import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import type { GateDependencies } from "../../../src/gate/GateDependencies.ts";
import { createLambda } from "../../../src/hosts/createLambda.ts";
import { createWorker, type WorkerEnv } from "../../../src/hosts/createWorker.ts";
import { readAnnouncementFile } from "../../../src/hosts/readAnnouncementFile.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { testGate } from "../gateCall.ts";

const PATH = "/.well-known/postern";
const JWS = "e30.e30.c2ln";
const gate = defineGate({ name: "edge", policies: [denyLabels()], clusters: { local: { identity: "none" } } });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-announcement-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function get(announcement?: GateDependencies["announcement"], method = "GET"): Promise<Response> {
  const { app } = testGate({}, announcement === undefined ? {} : { announcement });
  return app.fetch(new Request(`https://gate.example${PATH}`, { method }));
}

describe("GET /.well-known/postern", () => {
  it("returns the announcement as it was published, and forbids caching", async () => {
    const answer = await get(async () => `${JWS}\n`);
    expect([answer.status, await answer.text()]).toEqual([200, JWS]);
    expect(answer.headers.get("content-type")).toBe("application/jose");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it.each<[string, number, GateDependencies["announcement"] | undefined]>([
    ["without a source of announcements", 404, undefined],
    ["when nothing was published", 404, async () => undefined],
    ["when the announcement is empty", 404, async () => " \n"],
    ["when the announcement is not a JWS", 500, async () => "<html>"],
    ["when the announcement is too long", 500, async () => `${"a".repeat(16_384)}.b.c`],
    ["when the announcement cannot be read", 500, () => Promise.reject(new Error("SECRET"))],
    ["when reading the announcement takes too long", 500, () => new Promise(() => undefined)],
  ])("%s it answers an error with status %i", async (_, status, announcement) => {
    vi.useFakeTimers();
    try {
      const answered = get(announcement);
      // Past the time limit.
      await vi.runAllTimersAsync();
      const answer = await answered;
      const text = await answer.text();
      expect([answer.status, Object.keys(JSON.parse(text))]).toEqual([status, ["error"]]);
      expect(text).not.toContain("SECRET");
    } finally {
      vi.useRealTimers();
    }
  });

  it("refuses POST and names the allowed methods", async () => {
    const answer = await get(async () => JWS, "POST");
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("the announcement", () => {
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
    const answer = await createLambda(gate, env)(event);
    // Hono's adapter encodes other media types than text in base64; the platform decodes them.
    const body = answer.isBase64Encoded ? Buffer.from(answer.body, "base64").toString() : answer.body;
    return { ...answer, body };
  };

  it("comes from the KV namespace under the gate's name on Workers, and from the variable when the key is missing", async () => {
    const keys: string[] = [];
    const kv = (value: string | null): WorkerEnv["POSTERN_ANNOUNCEMENTS"] => ({
      get: async (key) => {
        keys.push(key);
        return value;
      },
    });
    const [full, empty] = [kv(JWS), kv(null)];
    if (full === undefined || empty === undefined) throw new Error("a KV namespace is missing");
    expect(await worker({ POSTERN_ANNOUNCEMENTS: full, POSTERN_ANNOUNCEMENT: "a.b.c" })).toBe(JWS);
    expect(await worker({ POSTERN_ANNOUNCEMENTS: empty, POSTERN_ANNOUNCEMENT: "a.b.c" })).toBe("a.b.c");
    expect(keys).toEqual(["edge", "edge"]);
  });

  it("comes from the file on Lambda and Node, which is read for each request", async () => {
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

  it("comes from the variable on Lambda and Node without a file", async () => {
    expect(await readAnnouncementFile(undefined, JWS)).toBe(JWS);
    expect(await readAnnouncementFile(undefined, undefined)).toBeUndefined();
  });
});
