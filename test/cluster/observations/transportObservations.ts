import { expect } from "vitest";
import { allCallsOf, callOf, callsOf, type Observation } from "./Observation.ts";

const DRY = { query: { dryRun: "All" } };

/** Observations of the transport: method, path, headers, connections and retries. */
export const transportObservations: readonly Observation[] = [
  {
    seen: "calls are POSTs to the registered path; the only query is `?timeout=29s`, from timeoutSeconds 29",
    assumed: "`src/gate/http/callDeadline.ts` reads the timeout",
    check: async (scene) => {
      const { method, url } = await callOf(scene, () => scene.ns.createConfigMap("path", {}, DRY));
      expect([method, url]).toEqual(["POST", "/c/seen/validate?timeout=29s"]);
    },
  },
  {
    seen: "calls have the headers `content-type: application/json`, `accept: application/json, */*`, `accept-encoding: gzip`, `user-agent: kube-apiserver-admission` and a content-length; they have no transfer-encoding, content-encoding or authorization",
    assumed: "`src/gate/http/readBody.ts` uses the content-length, and also reads a body without one",
    check: async (scene) => {
      const { headers, size } = await callOf(scene, () => scene.ns.createConfigMap("headers", {}, DRY));
      const { host, "content-length": length, ...others } = headers;
      expect(others).toEqual({
        accept: "application/json, */*",
        "accept-encoding": "gzip",
        "content-type": "application/json",
        "user-agent": "kube-apiserver-admission",
      });
      expect(Number(length)).toBe(size);
      expect(`https://${host}`).toBe(scene.remote.url);
    },
  },
  {
    seen: "calls to localhost use HTTP/2; calls to other hosts use HTTP/1.1, even when the host offers h2",
    assumed: "`src/tls/server/startServer.ts` serves both",
    check: async (scene) => {
      const { httpVersion } = await callOf(scene, () => scene.ns.createConfigMap("http", {}, DRY));
      expect([httpVersion, scene.local.calls.at(-1)?.httpVersion]).toEqual(["1.1", "2.0"]);
    },
  },
  {
    seen: "connections are usually reused for later calls",
    assumed: "`src/tls/server/startServer.ts` keeps idle connections open for 95 s",
    check: async (scene) => {
      await scene.ns.createConfigMap("zero", {}, DRY);
      const known = new Set(scene.remote.calls.map(({ connection }) => connection));
      const calls = await callsOf(scene, async () => {
        for (let count = 0; count < 10; count += 1) await scene.ns.createConfigMap("more", {}, DRY);
      });
      expect(calls).toHaveLength(10);
      // Not every call: the API server caches the clients of few webhooks, and other suites register webhooks too.
      expect(calls.filter(({ connection }) => !known.has(connection)).length).toBeLessThan(calls.length);
    },
  },
  ...[429, 500, 503].map((status) => ({
    seen: `${status} with \`Retry-After: 1\` is retried after 1 s, with the same uid and body`,
    assumed: "`src/gate/http/errorResponse.ts` sends an integer Retry-After with a 503, and none with other errors",
    check: async (scene: Parameters<Observation["check"]>[0]) => {
      scene.remote.script.push(...Array.from({ length: 2 }, () => ({ status, headers: { "retry-after": "1" } })));
      let created = 0;
      const calls = await allCallsOf(scene, async () => {
        created = (await scene.ns.createConfigMap("again", {}, DRY)).status;
      });
      expect(calls.map(({ review }) => `${review.request.operation} ${review.request.name}`)).toEqual(
        Array.from({ length: 4 }, () => "CREATE again"),
      );
      const texts = calls.map(({ text }) => text);
      expect(created).toBe(201);
      expect([texts.length, new Set(texts).size]).toEqual([4, 2]);
    },
  })),
  {
    seen: "503 without Retry-After, or with a date in it, is not retried: the call fails",
    assumed: "`src/gate/http/errorResponse.ts` never sends a date",
    check: async (scene) => {
      scene.remote.script.push(
        { status: 503, headers: { "retry-after": new Date(Date.now() + 1000).toUTCString() } },
        { status: 503 },
      );
      const calls = await allCallsOf(scene, () => scene.ns.createConfigMap("once", {}, DRY));
      expect(calls.map(({ review }) => review.request.name)).toEqual(["once", "once"]);
    },
  },
  {
    seen: "redirects are followed",
    assumed: "the gate never answers with 3xx",
    check: async (scene) => {
      const location = `${scene.remote.url}/elsewhere`;
      scene.remote.script.push({ status: 307, headers: { location } }, { status: 307, headers: { location } });
      const calls = await allCallsOf(scene, () => scene.ns.createConfigMap("redirected", {}, DRY));
      expect(calls.filter(({ url }) => url === "/elsewhere")).toHaveLength(2);
    },
  },
];
