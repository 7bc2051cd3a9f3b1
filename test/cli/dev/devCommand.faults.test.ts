import { readFileSync, rmSync } from "node:fs";
import { get } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReview } from "../../fixtures/readReview.ts";
import { callHttps } from "../callHttps.ts";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";
import { PosternProcess } from "../PosternProcess.ts";
import { runPostern } from "../runPostern.ts";

const GATE = `import { defineGate, policy } from "postern";
const failing = (object) => {
  if (object.metadata.labels?.write === "yes") object.metadata.name = "x";
  return object.nope.bar;
};
const validate = ({ object }) => {
  if (object.metadata.labels?.fail === "yes") throw new Error("kaboom");
  return failing(object);
};
const pods = policy({ name: "pods", match: { resources: ["pods"] }, validate });
const slow = policy({ name: "slow", match: { resources: ["configmaps"] }, validate: () => new Promise(() => undefined) });
export default defineGate({ policies: [pods, slow], clusters: { local: { identity: 'none' } } });
`;
const START = String.raw`^\d\d:\d\d:\d\d {2}`;
const FAULT = "postern: still serving the last good build; ";

let folder: InputFolder;
let dev: PosternProcess;
let port = 0;
let ca = "";
beforeAll(async () => {
  folder = new InputFolder();
  folder.write("gate.ts", GATE);
  dev = new PosternProcess(["dev", "--gate", "gate.ts", "--port", "0"], folder.path);
  port = Number((await dev.says(/^postern dev +https:\/\/localhost:(\d+)\/c\/local\/validate$/m))[1]);
  await dev.says(/^kind, minikube /m);
  ca = readFileSync(`${folder.path}/.postern/ca.pem`, "utf8");
});
afterAll(async () => {
  dev?.kill();
  await dev?.ended;
  folder?.remove();
});

const call = (body: string, path = "/c/local/validate", headers = {}) => callHttps({ port, ca, path, body, headers });
const podWith = (labels: object): string => {
  const review = JSON.parse(readReview("validate-v1-create-pods-1"));
  Object.assign(review.request.object.metadata, { labels });
  return JSON.stringify(review);
};
const says = (text: string): Promise<unknown> => dev.says(new RegExp(`${START}${text}`, "m"));

describe("postern dev prints what failed, with the places in the files of the gate:", () => {
  it.each<[what: string, labels: object, lines: string[]]>([
    [
      "an error",
      { fail: "yes" },
      [
        "error {7}a policy failed: pods: Error: kaboom",
        String.raw` {24}at (?:Object\.)?validate\d?(?: \[as validate\])? \(gate\.ts:7:\d+\)`,
      ],
    ],
    [
      "a write to the object",
      { write: "yes" },
      [
        "error {7}a policy failed: pods: TypeError: Cannot assign to read",
        " {24}only property 'name' of object '#<Object>'",
        String.raw` {24}at failing \(gate\.ts:3:\d+\)`,
      ],
    ],
    [
      "a read of nothing in another function",
      {},
      [
        "error {7}a policy failed: pods: TypeError: Cannot read properties",
        String.raw` {24}of undefined \(reading 'bar'\)`,
        String.raw` {24}at failing \(gate\.ts:4:\d+\)`,
        String.raw` {24}at (?:Object\.)?validate\d?(?: \[as validate\])? \(gate\.ts:8:\d+\)`,
      ],
    ],
  ])("%s", async (_what, labels, lines) => {
    await call(podWith(labels));
    await says(`${lines.join("\n")}\n`);
    await dev.says(/^ {10}500 pods: the policy failed; the error is above$/m);
  });

  it("a policy that misses its deadline", async () => {
    const review = JSON.parse(readReview("validate-v1-create-pods-1"));
    Object.assign(review.request, {
      kind: { group: "", version: "v1", kind: "ConfigMap" },
      resource: { group: "", version: "v1", resource: "configmaps" },
      object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "default" } },
    });
    await call(JSON.stringify(review), "/c/local/validate?timeout=1s");
    await says("warning {5}a policy missed the deadline: slow$");
  });

  it("nothing as JSON", () => {
    expect(dev.out).not.toContain('{"time"');
    expect(dev.out).not.toContain("script-0.mjs");
  });
});

describe("postern dev prints a line for", () => {
  it("a client that calls http://", async () => {
    await new Promise((resolve) => get(`http://localhost:${port}/`, resolve).on("error", resolve));
    await says("refused {5}http: the client calls http://, not https://$");
  });

  it.each<[what: string, body: string, path: string, headers: Record<string, string>, line: string]>([
    ["an unknown cluster", "{}", "/c/nope/validate?timeout=5s", {}, "401 unauthenticated  /c/{cluster}/validate nope"],
    ["what is not JSON", "{", "/c/local/validate", {}, "400 not-json  /c/{cluster}/validate local"],
    [
      "another content type",
      "{}",
      "/c/local/mutate",
      { "content-type": "text/plain" },
      "415 wrong-content-type  /c/{cluster}/mutate local",
    ],
    [
      "another kind",
      '{"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview"}',
      "/c/local/validate/default",
      {},
      "422 wrong-review-kind  /c/{cluster}/validate/{entry} local",
    ],
    [
      "a header of miniflare",
      "{}",
      "/c/local/convert",
      { "mf-x": "1" },
      "400 forbidden-header  /c/{cluster}/convert local",
    ],
  ])("%s", async (_what, body, path, headers, line) => {
    expect((await call(body, path, headers)).status).toBeGreaterThanOrEqual(400);
    await says(`refused {5}${line}$`);
  });
});

describe("postern dev with an edit that leaves no gate keeps the last one, and says", () => {
  const faultAfter = async (fault: string): Promise<unknown> => {
    const escaped = fault.replace(/[{}()[\].*+?]/g, "\\$&");
    return dev.says(new RegExp(`^${FAULT}${escaped}$`, "m"), "err");
  };

  it("what is wrong with a file that is empty, another value, gone or a folder", async () => {
    const notGate = 'gate.ts: its default export is not a gate; write "export default defineGate({...})"';
    folder.write("gate.ts", "");
    await faultAfter(notGate);
    folder.write("gate.ts", GATE.replace("clusters: { local: { identity: 'none' } }", "clusters: {}"));
    await faultAfter(
      'gate.ts: the gate has no clusters, so it would refuse every call; add one: clusters: { local: { identity: "none" } }',
    );
    folder.write("gate.ts", GATE.replace("identity: 'none'", `identity: 'none', modes: { pods: "x" }`));
    await faultAfter('gate.ts:12:16: gate: clusters.local.modes.pods: expected "enforce" or "warn" or "audit"');
    rmSync(`${folder.path}/gate.ts`);
    await faultAfter("gate.ts: does not exist");
    folder.write("gate.ts/index.ts", "");
    await faultAfter("gate.ts: is a folder; name the file that exports the gate");
    rmSync(`${folder.path}/gate.ts`, { recursive: true });
    folder.write("gate.ts", GATE);
    await says("rebuilt$");
    expect(await call(podWith({}))).toMatchObject({ status: 200 });
  });

  it("which postern dev runs already in the folder", async () => {
    const registration = readFileSync(`${folder.path}/.postern/registration.yaml`, "utf8");
    const second = await insideFolder(folder.path, () => runPostern(["dev", "--gate", "gate.ts", "--port", "0"]));
    expect(second).toEqual({
      code: 2,
      out: "building gate.ts\n",
      err: `postern: another postern dev (process ${dev.pid}, port ${port}) uses .postern; stop it, or start this one in another folder. If it is not running, delete .postern/dev.lock\n`,
    });
    expect(readFileSync(`${folder.path}/.postern/registration.yaml`, "utf8")).toBe(registration);
  });
});
