import { expect } from "vitest";
import { allCallsOf, callOf, callsOf, type Observation } from "./Observation.ts";

const DRY = { query: { dryRun: "All" } };

/** How calls arrive: method, path, headers, connections, repetitions. */
export const transportObservations: readonly Observation[] = [
  {
    seen: "POST to the registered path with `?timeout=29s` for timeoutSeconds 29, and no other query",
    assumed: "`src/gate/http/callDeadline.ts`",
    check: async (scene) => {
      const { method, url } = await callOf(scene, () => scene.ns.createConfigMap("path", {}, DRY));
      expect([method, url]).toEqual(["POST", "/c/seen/validate?timeout=29s"]);
    },
  },
  {
    seen: "headers: `content-type: application/json`, `accept: application/json, */*`, `accept-encoding: gzip`, `user-agent: kube-apiserver-admission`, a content-length, no transfer-encoding, no content-encoding, no authorization",
    assumed: "`src/gate/http/readBody.ts`: a length is announced, and a body without one is read all the same",
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
    seen: "HTTP/1.1 to a host elsewhere although h2 is offered, HTTP/2 to localhost",
    assumed: "`src/tls/server/startServer.ts` serves both",
    check: async (scene) => {
      const { httpVersion } = await callOf(scene, () => scene.ns.createConfigMap("http", {}, DRY));
      expect([httpVersion, scene.local.calls.at(-1)?.httpVersion]).toEqual(["1.1", "2.0"]);
    },
  },
  {
    seen: "connections are used again for later calls, as a rule",
    assumed: "`src/tls/server/startServer.ts` keeps idle connections for 95 s",
    check: async (scene) => {
      await scene.ns.createConfigMap("zero", {}, DRY);
      const known = new Set(scene.remote.calls.map(({ connection }) => connection));
      const calls = await callsOf(scene, async () => {
        for (let count = 0; count < 10; count += 1) await scene.ns.createConfigMap("more", {}, DRY);
      });
      expect(calls).toHaveLength(10);
      // Not each time: the API server keeps few webhooks' clients at one time, and there are other suites.
      expect(calls.filter(({ connection }) => !known.has(connection)).length).toBeLessThan(calls.length);
    },
  },
  ...[429, 500, 503].map((status) => ({
    seen: `${status} with \`Retry-After: 1\` is asked again after a second, with the same uid and body`,
    assumed: "`src/gate/http/errorResponse.ts`: what may pass by itself has an integer Retry-After",
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
    seen: "503 with a date in Retry-After, or without Retry-After, is not asked again: the call has failed",
    assumed: "`src/gate/http/errorResponse.ts` never writes a date",
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
    seen: "a redirect is followed",
    assumed: "the gate never answers 3xx",
    check: async (scene) => {
      const location = `${scene.remote.url}/elsewhere`;
      scene.remote.script.push({ status: 307, headers: { location } }, { status: 307, headers: { location } });
      const calls = await allCallsOf(scene, () => scene.ns.createConfigMap("redirected", {}, DRY));
      expect(calls.filter(({ url }) => url === "/elsewhere")).toHaveLength(2);
    },
  },
];
