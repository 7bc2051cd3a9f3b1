import { describe, expect, it } from "vitest";
import { policy } from "../../../src/policy/define/policy.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { jsonLog } from "../../../src/telemetry/jsonLog.ts";
import { everything, frozenReview, judge, mutator } from "../policyRun.ts";

const SECRET: Partial<Review> = {
  kind: { group: "", version: "v1", kind: "Secret" },
  resource: { group: "", version: "v1", resource: "secrets" },
  object: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db", namespace: "shop" },
    data: { password: btoa("hunter2 and more"), config: btoa("swordfish: {") },
  },
};
const POD = frozenReview("validate-v1-create-pods-1");

const dataOf = (object: unknown): Record<string, string> => Object(object).data;

/** The lines of the gate's log for a policy on a Secret that throws. */
async function linesOf(validate: (object: unknown) => unknown): Promise<string> {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    () => 0,
  );
  const throwing = policy({ name: "throws", match: everything, validate: ({ object }) => void validate(object) });
  const { verdict, log: recorded } = await judge("validate", frozenReview("validate-v1-create-pods-1", SECRET), [
    throwing,
  ]);
  expect(verdict).toMatchObject({ allowed: false, message: "throws: the policy failed; the gate's log has the error" });
  for (const [message, properties] of recorded.error.mock.calls) log.error(message, properties);
  return lines.join("\n");
}

describe("the log of a policy that fails on a Secret has none of its bytes", () => {
  it.each<[what: string, validate: (object: unknown) => unknown]>([
    ["JSON.parse of the encoded data", (object) => JSON.parse(dataOf(object).password ?? "")],
    ["JSON.parse of the decoded data", (object) => JSON.parse(atob(dataOf(object).password ?? ""))],
    [
      "an error of the author",
      (object) => {
        throw new Error(`weak: ${atob(dataOf(object).password ?? "")}`);
      },
    ],
    [
      "an error with the Secret as its cause",
      (object) => {
        throw new Error("weak", { cause: object });
      },
    ],
    [
      "an error with the Secret in it",
      (object) => {
        throw Object.assign(new Error("weak"), { object });
      },
    ],
    [
      "the Secret itself",
      (object) => {
        throw object;
      },
    ],
    ["a call of data", (object) => Object({})[atob(dataOf(object).password ?? "")]()],
  ])("with %s", async (_, validate) => {
    const lines = await linesOf(validate);
    expect(lines).toContain('"message":"a policy failed","policy":"throws"');
    for (const text of ["hunter2", "and more", "swordfish", btoa("hunter2 and more"), "aHVudGVy"])
      expect(lines).not.toContain(text);
  });

  it("and still says where", async () => {
    expect(await linesOf((object) => JSON.parse(dataOf(object).password ?? ""))).toMatch(
      /"name":"SyntaxError",.*reportableError\.logs\.test\.ts:\d+:\d+/,
    );
  });
});

describe("the report of a mutator that is not in mode enforce", () => {
  const fourFields = mutator("harden", (draft) => {
    const [container] = Object(draft).spec.containers;
    Object.assign(container, { imagePullPolicy: "Always", workingDir: "/app", tty: true, stdin: true });
  });
  const review = {
    ...POD,
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web" },
      spec: { containers: [{ name: "web", image: "web:1", env: [{ name: "PASSWORD", value: "hunter2" }] }] },
    },
  };

  it.each(["warn", "audit"] as const)("in mode %s has only what it wrote", async (mode) => {
    const { verdict } = await judge("mutate", review, [fourFields], { modes: { harden: mode } });
    expect(JSON.parse(verdict.auditAnnotations["harden.would-patch"] ?? "")).toEqual([
      { op: "add", path: "/spec/containers/0/imagePullPolicy", value: "Always" },
      { op: "add", path: "/spec/containers/0/workingDir", value: "/app" },
      { op: "add", path: "/spec/containers/0/tty", value: true },
      { op: "add", path: "/spec/containers/0/stdin", value: true },
    ]);
    expect(JSON.stringify(verdict)).not.toContain("hunter2");
  });

  it("has no value of a container that it copies", async () => {
    const copy = mutator("copy", (draft) => {
      const { spec } = Object(draft);
      spec.containers = [{ ...spec.containers[0], name: "copy" }, ...spec.containers];
    });
    const { verdict } = await judge("mutate", review, [copy], { modes: { copy: "audit" } });
    expect(JSON.stringify(verdict)).not.toContain("hunter2");
  });
});
