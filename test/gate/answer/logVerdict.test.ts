import { describe, expect, it } from "vitest";
import { logVerdict, VERDICT_MESSAGE, verdictLines } from "../../../src/gate/answer/logVerdict.ts";
import { defineGate, type GateDefinition } from "../../../src/gate/config/defineGate.ts";
import { GateConfigError } from "../../../src/gate/config/GateConfigError.ts";
import { createGate } from "../../../src/gate/createGate.ts";
import { deny } from "../../../src/policy/define/Finding.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { CALL_FACTS, memoryLog, reviewCall } from "../gateCall.ts";

const pods = { resources: ["pods"] } as const;
const definition: GateDefinition = {
  policies: [
    policy({ name: "silent", match: pods, validate: () => undefined }),
    policy({ name: "strict", match: pods, validate: () => [deny("no"), deny("not at all", { code: 422 })] }),
    policy({ name: "watched", match: pods, validate: () => deny("not yet") }),
    policy({
      name: "stamp",
      match: pods,
      mutate: (draft) => {
        draft.metadata = { ...draft.metadata, labels: { secret: "stays out of the log" } };
      },
    }),
  ],
  clusters: { local: { identity: "none", modes: { watched: "audit", stamp: "audit" } } },
};

/** The verdict lines of one call. */
async function linesOf(path: string, body: string, env: Readonly<Record<string, string>> = {}): Promise<object[]> {
  const log = memoryLog();
  const lines = verdictLines(log, { POSTERN_VERDICT_LINES: "", ...env });
  const app = createGate(defineGate(definition), { now: () => 5, log, ...lines });
  expect((await app.fetch(reviewCall(path, body))).status).toBe(200);
  return log.lines.filter(({ message }) => message === VERDICT_MESSAGE).map(({ properties }) => properties);
}
const pod = readReview("validate-v1-create-pods-2");
const request = JSON.parse(pod).request;

describe("verdict lines", () => {
  it("have what was requested, the policies that were asked, and what each of them did", async () => {
    expect(await linesOf("/c/local/validate/default", pod)).toEqual([
      {
        ...CALL_FACTS,
        cluster: "local",
        purpose: "validate",
        entry: "default",
        uid: request.uid,
        verb: "create",
        operation: "CREATE",
        resource: "pods",
        namespace: request.namespace,
        name: request.name,
        dryRun: request.dryRun,
        user: undefined,
        allowed: false,
        result: "denied",
        policies: ["silent", "strict", "watched"],
        deniedBy: ["strict"],
        denials: ["strict: no", "strict: not at all"],
        statusCode: 403,
        warnings: [],
        audit: ["would-deny watched: not yet"],
        milliseconds: 0,
        certificateSerial: undefined,
      },
    ]);
  });

  it("report a patch that mode audit withholds, without its values", async () => {
    const [line] = await linesOf("/c/local/mutate", pod);
    expect(line).toMatchObject({
      purpose: "mutate",
      entry: undefined,
      result: "allowed",
      patched: 0,
      policies: ["stamp"],
    });
    expect(line).toMatchObject({
      audit: [expect.stringMatching(/^would-patch stamp: .*add \/metadata\/labels\/secret/)],
    });
    expect(JSON.stringify(line)).not.toContain("stays out of the log");
  });

  it("do not call a review allowed that no policy judged", async () => {
    expect(await linesOf("/c/local/validate", readReview("validate-v1-create-services-1"))).toMatchObject([
      { result: "not judged", allowed: true, policies: [] },
    ]);
  });

  it("call a self-test denied, which no policy judges", async () => {
    const object = {
      metadata: { name: "x", namespace: "postern-selftest", annotations: { "postern.dev/nonce": "n" } },
    };
    const selfTest = { ...request, resource: { group: "", version: "v1", resource: "configmaps" }, object };
    const body = JSON.stringify({ ...JSON.parse(pod), request: { ...selfTest, namespace: "postern-selftest" } });
    expect(await linesOf("/c/local/validate", body)).toMatchObject([{ result: "denied", policies: [], deniedBy: [] }]);
  });

  it.each<[what: string, change: object, verb: string]>([
    ["a CREATE", {}, "create"],
    ["an UPDATE", { operation: "UPDATE", oldObject: request.object, options: { kind: "UpdateOptions" } }, "update"],
    ["a patch", { operation: "UPDATE", oldObject: request.object, options: { kind: "PatchOptions" } }, "patch"],
    ["a server-side apply that creates", { options: { kind: "PatchOptions" } }, "patch"],
    ["a DELETE", { operation: "DELETE", object: null, options: { kind: "DeleteOptions" } }, "delete"],
    ["a CONNECT without options", { operation: "CONNECT", options: null }, "connect"],
  ])("have the verb of %s", async (_what, change, verb) => {
    const body = JSON.stringify({ ...JSON.parse(pod), request: { ...request, ...change } });
    expect(await linesOf("/c/local/validate", body)).toMatchObject([{ verb }]);
  });

  it.each([true, false])("say whether the request is a dry run: %s", async (dryRun) => {
    const body = JSON.stringify({ ...JSON.parse(pod), request: { ...request, dryRun } });
    expect(await linesOf("/c/local/validate", body)).toMatchObject([{ dryRun }]);
  });

  it("bound their lists", async () => {
    const many = Array.from({ length: 5000 }, (_, index) => deny(`fault ${index} ${"x".repeat(50)}`));
    const log = memoryLog();
    const gate = defineGate({
      policies: [
        policy({ name: "many", match: pods, validate: () => many }),
        policy({ name: "long", match: pods, validate: () => deny("x".repeat(100_000)) }),
      ],
      clusters: { local: { identity: "none", modes: { long: "audit" } } },
    });
    const app = createGate(gate, { now: () => 5, log, onVerdict: logVerdict(log) });
    await app.fetch(reviewCall("/c/local/validate", pod));
    const line = JSON.stringify(log.lines.at(-1)?.properties);
    expect(line.length).toBeLessThan(20_000);
    expect(line).toMatch(/"… \d{4} more"/);
  });
});

describe("the user in verdict lines", () => {
  const { username } = request.userInfo;
  it.each<[user: string | undefined, logged: unknown]>([
    [undefined, undefined],
    ["", undefined],
    ["none", undefined],
    ["name", username],
    ["hash", expect.stringMatching(/^[0-9a-f]{16}$/)],
  ])("is with POSTERN_VERDICT_USER %j %j", async (user, logged) => {
    const env = user === undefined ? {} : { POSTERN_VERDICT_USER: user };
    const [line] = await linesOf("/c/local/validate", pod, env);
    expect(line).toMatchObject({ user: logged });
    if (user !== "name") expect(JSON.stringify(line)).not.toContain(username);
  });

  it("has one hash for a user in a cluster, and another in another cluster", async () => {
    const hashOf = async (cluster: string, name: string): Promise<unknown> => {
      const log = memoryLog();
      const gate = defineGate({ policies: [], clusters: { [cluster]: { identity: "none" } } });
      const app = createGate(gate, { now: () => 5, log, onVerdict: logVerdict(log, "hash") });
      const userInfo = { ...request.userInfo, username: name };
      const body = JSON.stringify({ ...JSON.parse(pod), request: { ...request, userInfo } });
      await app.fetch(reviewCall(`/c/${cluster}/validate`, body));
      return log.lines.at(-1)?.properties.user;
    };
    const jane = await hashOf("local", "jane");
    expect(await hashOf("local", "jane")).toBe(jane);
    expect(await hashOf("local", "joe")).not.toBe(jane);
    expect(await hashOf("other", "jane")).not.toBe(jane);
  });

  it("is refused in another form", () => {
    expect(() => verdictLines(memoryLog(), { POSTERN_VERDICT_USER: "Name" })).toThrow(GateConfigError);
    expect(() => verdictLines(memoryLog(), { POSTERN_VERDICT_USER: "full" })).toThrow(
      "POSTERN_VERDICT_USER is not a way to log users; expected none, hash or name",
    );
  });

  it("needs verdict lines", () => {
    expect(verdictLines(memoryLog(), { POSTERN_VERDICT_USER: "name" })).toEqual({});
  });
});
