import { readFileSync, statSync } from "node:fs";
import { Agent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readReview } from "../../fixtures/readReview.ts";
import { eventually } from "../../run/eventually.ts";
import { processesOf } from "../../run/processes/processesOf.ts";
import { patience } from "../../run/speedFactor.ts";
import { callHttp2, callHttps } from "../callHttps.ts";
import { InputFolder } from "../InputFolder.ts";
import { PosternProcess } from "../PosternProcess.ts";

/** A gate that denies every Pod with a given text, which distinguishes builds. */
const gateSaying = (text: string): string => `import { defineGate, deny, policy } from "postern";
export default defineGate({
  policies: [policy({ name: "no", match: { resources: ["pods"] }, validate: () => deny("${text}") })],
  clusters: { one: { identity: 'none' }, local: { identity: 'none' } },
});
`;

let folder: InputFolder;
let dev: PosternProcess;
const pod = readReview("validate-v1-create-pods-1");
/** Minimum delay of a delayed TCP acknowledgement in Linux. */
const DELAYED_ACK_MS = 40;
/** Longer than the idle timeouts of a Node server (5 s) and of fetch (4 s). */
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

/** Resolves when a Pod is denied with `text`. */
async function untilRefusedWith(text: string): Promise<void> {
  const ask = async (): Promise<true | undefined> => {
    const { body } = await call();
    return Object(body).response?.status?.message === `no: ${text}` ? true : undefined;
  };
  await eventually(`a refusal with "${text}"`, ask, patience(45_000));
}
const kept = () => callHttps({ port, ca, path: "/c/local/validate", body: pod, agent });

describe("postern dev", () => {
  it("answers reviews over http/1.1 and h2", async () => {
    const denied = { status: 200, body: { response: { allowed: false, status: { code: 403 } } } };
    expect(await call()).toMatchObject(denied);
    expect(await callHttp2({ port, ca, path: "/c/local/validate", body: pod })).toMatchObject(denied);
    await dev.says(/^\d\d:\d\d:\d\d {2}denied {6}local validate {2}create pods .*\n(?: {22}.*\n)? {10}403 no: \w+$/m);
  });

  it("prints at most 24 lines of 80 columns at its start, and no verdict above them", () => {
    const lines = dev.out.split("\n");
    const start = lines.slice(0, lines.findIndex((line) => line.startsWith("kind, minikube ")) + 1);
    expect(start[0]).toBe("building gate.ts");
    expect(start.length).toBeGreaterThan(6);
    expect(start.length).toBeLessThanOrEqual(24);
    expect(start.filter((line) => line.length > 80 || /^\d\d:\d\d:\d\d /.test(line))).toEqual([]);
  });

  it("prints its CA, its clusters and a registration with its URL", () => {
    expect(dev.out).toMatch(/^CA +\.postern\/ca\.pem, created now$/m);
    expect(dev.out).toMatch(/^listens on +127\.0\.0\.1: only this machine can call it$/m);
    expect(dev.out).toMatch(/^clusters +one, local$/m);
    expect(statSync(`${folder.path}/.postern/ca-key.pem`).mode & 0o777).toBe(0o600);
    const text = read("registration.yaml");
    const [registration, ...others] = parseAllDocuments(text).map((document) => Object(document.toJS()));
    expect(others).toEqual([]);
    const { url, caBundle } = registration.webhooks[0].clientConfig;
    expect(url).toBe(`https://localhost:${port}/c/local/validate/default`);
    expect(Buffer.from(caBundle, "base64").toString().trim()).toBe(ca.trim());
  });

  it.each(["MF-CF-Blob", "mf-cf-blob", "Mf-Cf-Blob"])("refuses a request with the header %s", async (name) => {
    const refused = { status: 400, body: { error: { code: "forbidden-header", message: expect.any(String) } } };
    expect(await call(pod, "/c/local/validate", { [name]: "{}" })).toEqual(refused);
    const headers = { [name.toLowerCase()]: "{}" };
    expect(await callHttp2({ port, ca, path: "/c/local/validate", body: pod, headers })).toEqual(refused);
  });

  it.each(["//192.0.2.1/", "//192.0.2.1:1/c/local/validate", "https://192.0.2.1/c/none/validate"])(
    "never forwards %s to another host",
    async (path) => {
      // Another host would not answer, or not with an error of the gate.
      expect(await call("{}", path)).toMatchObject({
        status: path.startsWith("https:") ? 401 : 404,
        body: { error: { code: expect.any(String) } },
      });
    },
  );

  it("passes the URL of the request to the Worker", async () => {
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

  it("denies a review over the size limit with its uid", async () => {
    const filler = Buffer.alloc(21 * 1024 * 1024, "x").toString();
    const large = pod.replace(/"object":\s*\{/, `$&"filler":"${filler}",`);
    expect(large.length).toBeGreaterThan(21 * 1024 * 1024);
    const { status, body } = await call(large);
    expect([status, Object(body).response]).toMatchObject([200, { uid: JSON.parse(pod).request.uid, allowed: false }]);
  });

  it("answers consecutive calls on one connection without delayed TCP acknowledgements", async () => {
    const times: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const start = performance.now();
      expect((await kept()).status).toBe(200);
      times.push(performance.now() - start);
    }
    // Delayed acknowledgements would slow down each call, on any machine; the first calls of a connection are acknowledged
    // immediately. A slow machine still answers some calls sooner.
    const waiting = times.slice(100).filter((time) => time >= DELAYED_ACK_MS);
    expect(waiting.length).toBeLessThan(95);
  });

  it("rebuilds on change, keeps the last good build while one does not compile or load, and serves idle connections afterwards", async () => {
    expect((await kept()).status).toBe(200);
    const idleFrom = performance.now();
    folder.write("gate.ts", gateSaying("second"));
    await untilRefusedWith("second");
    await dev.says(/^\d\d:\d\d:\d\d {2}rebuilt$/m);

    folder.write("gate.ts", `${gateSaying("third")}const x = ;\n`);
    await dev.says(
      /^postern: still serving the last good build; the build failed:\ngate\.ts:6:11: Unexpected ";"$/m,
      "err",
    );
    await untilRefusedWith("second");

    folder.write("gate.ts", `${gateSaying("fourth")}throw new Error("not today");\n`);
    await dev.says(/^postern: still serving the last good build; gate\.ts:6:7: not today$/m, "err");
    await untilRefusedWith("second");

    folder.write("gate.ts", gateSaying("fifth"));
    await untilRefusedWith("fifth");
    // Both sides keep the idle connection.
    await sleep(Math.max(0, IDLE_MS - (performance.now() - idleFrom)));
    const { body } = await kept();
    expect(Object(body).response.status.message).toBe("no: fifth");
  });

  it("starts a runtime that ended again, and the calls at that time wait for it", async () => {
    const runtime = (): number | undefined =>
      processesOf(folder.path, [])
        .filter(({ command }) => command.includes("--control-fd="))
        .at(-1)?.pid;
    const before = runtime() ?? 0;
    process.kill(before, "SIGKILL");
    expect(await Promise.all([call(), call(), call()])).toMatchObject([
      { status: 200 },
      { status: 200 },
      { status: 200 },
    ]);
    await dev.says(/^postern: the Workers runtime ended \(SIGKILL\); it is started again$/m, "err");
    expect(runtime()).not.toBe(before);
  });

  it("starts a Worker again that a policy blocks", async () => {
    const endless = `const stop = ({ name }) => { if (name === "endless") for (;;); };\n`;
    folder.write("gate.ts", `${gateSaying("loop").replace("() => deny", "(it) => stop(it) ?? deny")}${endless}`);
    await untilRefusedWith("loop");
    const review = JSON.parse(pod);
    Object.assign(review.request, { name: "endless" });
    const blocked = await call(JSON.stringify(review), "/c/local/validate?timeout=1s");
    expect(blocked).toMatchObject({ status: 503, body: { error: { code: "overloaded" } } });
    await dev.says(
      /^postern: the Worker was blocked, perhaps by an endless loop in a policy, at create pods \S*endless \(\/c\/\{cluster\}\/validate local\); it is started again$/m,
      "err",
    );
    // A busy machine may need longer than a call waits.
    await untilRefusedWith("loop");
  });

  it("rewrites the registration only when the policies match other resources, and asks to apply it again", async () => {
    const changes = (): number =>
      dev.out.split("registration changed: apply .postern/registration.yaml again\n").length - 1;
    const untilChanges = (count: number) =>
      eventually(
        `change ${count} of the registration`,
        async () => (changes() >= count ? true : undefined),
        patience(15_000),
      );
    const before = changes();
    folder.write("gate.ts", gateSaying("sixth").replace('"pods"', '"pods", "secrets"'));
    await untilChanges(before + 1);
    expect(read("registration.yaml")).toContain("secrets");
    folder.write("gate.ts", gateSaying("seventh").replace('"pods"', '"pods", "secrets"'));
    await untilRefusedWith("seventh");
    folder.write("gate.ts", gateSaying("eighth"));
    await untilChanges(before + 2);
    expect(read("registration.yaml")).not.toContain("secrets");
    expect(changes()).toBe(before + 2);
  });
});
