import { readFileSync, statSync } from "node:fs";
import { Agent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readReview } from "../../fixtures/readReview.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { callHttp2, callHttps } from "../callHttps.ts";
import { InputFolder } from "../InputFolder.ts";
import { PosternProcess } from "../PosternProcess.ts";

/** Refuses every Pod with a text of its own, so that one can tell the builds apart. */
const gateSaying = (text: string): string => `import { defineGate, deny, policy } from "postern";
export default defineGate({
  policies: [policy({ name: "no", match: { resources: ["pods"] }, validate: () => deny("${text}") })],
  clusters: { one: {}, local: {} },
});
`;

let folder: InputFolder;
let dev: PosternProcess;
const pod = readReview("validate-v1-create-pods-1");
/** The least that Linux waits before it acknowledges what it has nothing to say to. */
const DELAYED_ACK_MS = 40;
/** Longer than Node keeps an idle connection by default (5 s), and than its fetch does (4 s). */
const IDLE_MS = 6_000;
const read = (name: string): string => readFileSync(`${folder.path}/.postern/${name}`, "utf8");
let port = 0;
let ca = "";
let agent: Agent;

beforeAll(async () => {
  folder = new InputFolder();
  folder.write("gate.ts", gateSaying("first"));
  dev = new PosternProcess(["dev", "--gate", "gate.ts", "--port", "0"], folder.path);
  port = Number((await dev.says(/^postern dev +https:\/\/localhost:(\d+)\/c\/local\/validate$/m))[1]);
  await dev.says(/^registration \.postern\/registration\.yaml$/m);
  ca = read("ca.pem");
  agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
});

afterAll(async () => {
  agent?.destroy();
  dev?.kill();
  await dev?.ended;
  folder?.remove();
});

const call = (body: string | Buffer = pod, path = "/c/local/validate?timeout=5s", headers = {}) =>
  callHttps({ port, ca, path, body, headers });

/** Resolves once a Pod is refused with `text`. */
async function untilRefusedWith(text: string): Promise<void> {
  const ask = async (): Promise<true | undefined> => {
    const { body } = await call();
    return Object(body).response?.status?.message === text ? true : undefined;
  };
  await eventually(`a refusal with "${text}"`, ask, patience(15_000));
}
const kept = () => callHttps({ port, ca, path: "/c/local/validate", body: pod, agent });

describe("postern dev", () => {
  it("judges over http/1.1 and h2", async () => {
    const denied = { status: 200, body: { response: { allowed: false, status: { code: 403 } } } };
    expect(await call()).toMatchObject(denied);
    expect(await callHttp2({ port, ca, path: "/c/local/validate", body: pod })).toMatchObject(denied);
    await dev.says(/^\d\d:\d\d:\d\d {2}denied {3}local {2}CREATE pods .*403: \w+$/m);
  });

  it("names its CA, its clusters and a registration that leads to it", () => {
    expect(dev.out).toMatch(/^CA +\.postern\/ca\.pem$/m);
    expect(dev.out).toMatch(/^clusters +one, local$/m);
    expect(statSync(`${folder.path}/.postern/ca-key.pem`).mode & 0o777).toBe(0o600);
    const text = read("registration.yaml");
    expect(dev.out).toContain(text);
    const [registration, ...others] = parseAllDocuments(text).map((document) => Object(document.toJS()));
    expect(others).toEqual([]);
    const { url, caBundle } = registration.webhooks[0].clientConfig;
    expect(url).toBe(`https://localhost:${port}/c/local/validate/default`);
    expect(Buffer.from(caBundle, "base64").toString().trim()).toBe(ca.trim());
  });

  it.each(["MF-CF-Blob", "mf-cf-blob", "Mf-Cf-Blob"])("refuses %s", async (name) => {
    const refused = { status: 400, body: { error: { code: "forbidden-header", message: expect.any(String) } } };
    expect(await call(pod, "/c/local/validate", { [name]: "{}" })).toEqual(refused);
    const headers = { [name.toLowerCase()]: "{}" };
    expect(await callHttp2({ port, ca, path: "/c/local/validate", body: pod, headers })).toEqual(refused);
  });

  it("shows the Worker the URL as it was called", async () => {
    const selfTest = JSON.parse(pod);
    Object.assign(selfTest.request, {
      kind: { group: "", version: "v1", kind: "ConfigMap" },
      resource: { group: "", version: "v1", resource: "configmaps" },
      namespace: "postern-selftest",
      object: { metadata: { annotations: { "postern.dev/nonce": "n" } } },
    });
    const { body } = await call(JSON.stringify(selfTest));
    const { message } = Object(body).response.status;
    expect(message).toMatch(/^postern self-test reached the gate; unsigned/);
    expect(JSON.parse(message.slice(message.indexOf("{")))).toMatchObject({
      nonce: "n",
      cluster: "local",
      url: `https://localhost:${port}/c/local/validate`,
    });
  });

  it("denies a body over the limit with its uid", async () => {
    const filler = Buffer.alloc(21 * 1024 * 1024, "x").toString();
    const large = pod.replace(/"object":\s*\{/, `$&"filler":"${filler}",`);
    expect(large.length).toBeGreaterThan(21 * 1024 * 1024);
    const { status, body } = await call(large);
    expect([status, Object(body).response]).toMatchObject([200, { uid: JSON.parse(pod).request.uid, allowed: false }]);
  });

  it("answers calls on one connection without waiting for a delayed acknowledgement", async () => {
    const times: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const start = performance.now();
      expect((await kept()).status).toBe(200);
      times.push(performance.now() - start);
    }
    // The kernel's timer holds each call up, whatever the machine; a slow one still answers some calls sooner. The first
    // calls of a connection are acknowledged at once.
    const waiting = times.slice(100).filter((time) => time >= DELAYED_ACK_MS);
    expect(waiting.length).toBeLessThan(95);
  });

  it("builds anew, keeps the last good build over one that does not compile or load, and goes on from there, over a connection that was idle meanwhile too", async () => {
    expect((await kept()).status).toBe(200);
    const idleFrom = performance.now();
    folder.write("gate.ts", gateSaying("second"));
    await untilRefusedWith("second");
    await dev.says(/^built anew$/m);

    folder.write("gate.ts", `${gateSaying("third")}const x = ;\n`);
    await dev.says(
      /^postern: the last good build goes on serving; this does not compile:\ngate\.ts:6:11: Unexpected ";"$/m,
      "err",
    );
    await untilRefusedWith("second");

    folder.write("gate.ts", `${gateSaying("fourth")}throw new Error("not today");\n`);
    await dev.says(/^postern: the last good build goes on serving; the Worker does not run: Error: not today$/m, "err");
    await untilRefusedWith("second");

    folder.write("gate.ts", gateSaying("fifth"));
    await untilRefusedWith("fifth");
    // Both sides keep the connection that has been idle meanwhile.
    await sleep(Math.max(0, IDLE_MS - (performance.now() - idleFrom)));
    const { body } = await kept();
    expect(Object(body).response.status.message).toBe("fifth");
  });
});
