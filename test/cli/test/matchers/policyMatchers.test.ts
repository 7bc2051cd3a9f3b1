import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Pod } from "kubernetes-types/core/v1.js";
import { describe, expect, it } from "vitest";
import { type PolicyMatchers, policyMatchers } from "../../../../src/cli/test/matchers/policyMatchers.ts";
import { deny, policy, warn } from "../../../../src/index.ts";
import { readReview } from "../../../fixtures/readReview.ts";
import { patience } from "../../../run/speedFactor.ts";

expect.extend(policyMatchers);

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

const team = policy({
  name: "team",
  match: { resources: ["pods"], namespaces: { exclude: ["kube-*"] } },
  params: { parse: (value) => ({ label: String(Object(value).label ?? "team") }) },
  validate: ({ object, params, user, oldObject }) => {
    if (user.username === "robot") return warn("a robot");
    if (object.metadata?.labels?.[params.label] !== undefined) return [];
    return deny(`has no ${params.label}${oldObject === null ? "" : ", and had one"}`);
  },
});
const stamp = policy({
  name: "stamp",
  match: { resources: ["pods"] },
  mutate: (draft) => {
    draft.metadata = { ...draft.metadata, annotations: { stamped: "yes" } };
  },
});
const broken = policy({
  name: "broken",
  match: { resources: ["pods"] },
  validate: () => {
    throw new RangeError("a fault of the policy");
  },
});

const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers: [] } };
const teamPod: Pod = { ...pod, metadata: { name: "web", labels: { team: "shop" } } };
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
const patch = [{ op: "add", path: "/metadata/annotations", value: { stamped: "yes" } }];

/** The message with which an assertion fails. */
async function failure(assertion: Promise<void>): Promise<string> {
  return assertion.then(
    () => "it passed",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe("expect(policy)", () => {
  it("toDeny, toWarn, toAllow and toChange pass", async () => {
    await expect(team).toDeny(pod);
    await expect(team).toDeny(pod, "no team");
    await expect(team).toDeny(pod, /^has no team$/g);
    await expect(team).toAllow(teamPod);
    await expect(team).toWarn(pod, /robot/, { user: { username: "robot" } });
    await expect(team).toDeny(teamPod, "no owner", { params: { label: "owner" } });
    await expect(team).toDeny(pod, "and had one", { old: teamPod });
    await expect(team).toDeny(JSON.parse(readReview("validate-v1-create-pods-2")));
    await expect(stamp).toChange(pod);
    await expect(stamp).toChange(pod, patch);
    await expect(stamp).toChange(pod, { metadata: { name: "web", annotations: { stamped: "yes" } } });
    await expect(stamp).toAllow({ ...pod, metadata: { name: "a", annotations: { stamped: "yes" } } });
    await expect(team).not.toDeny(teamPod);
    await expect(team).not.toDeny(pod, /no owner/);
  });

  it.each<[what: string, assertion: () => Promise<void>, message: string]>([
    [
      "an object that is allowed",
      () => expect(team).toDeny(teamPod),
      "team: expected denied, and allowed came: team said nothing",
    ],
    [
      "an object that is denied",
      () => expect(team).toAllow(pod),
      "team: expected allowed, and denied came: team denied it\n  deny has no team",
    ],
    [
      "another message",
      () => expect(team).toDeny(pod, /owner/),
      "team: expected denied, and denied came: no message of team matches the text\n  deny has no team\n  - /owner/\n  + has no team",
    ],
    [
      "another patch",
      () => expect(stamp).toChange(pod, []),
      'stamp: expected changed, and changed came: the patch is another one\n  + - op: add\n  +   path: /metadata/annotations\n  +   value:\n  +     stamped: "yes"',
    ],
    [
      "another object",
      () => expect(stamp).toChange(pod, { metadata: { annotations: { stamped: "no" } } }),
      'stamp: expected changed, and changed came: the object became another one\n    metadata:\n      annotations:\n  -     stamped: "no"\n  +     stamped: "yes"',
    ],
    [
      "a change where none is expected",
      () => expect(stamp).toAllow(pod),
      "stamp: expected allowed, and changed came: stamp changed the object; write expect: changed, or look at the patch",
    ],
    ["the opposite", () => expect(team).not.toDeny(pod), "expected team not to come to: denied"],
  ])("fails for %s", async (_, assertion, message) => {
    expect(await failure(assertion())).toBe(message);
  });

  it.each<[what: string, assertion: (to: PolicyMatchers) => Promise<void>, message: string]>([
    [
      "an object of another kind",
      (to) => to.toDeny(configMap),
      "the match of team never reached the object: it matches pods, pods/ephemeralcontainers, pods/resize, and not ConfigMap (configmaps)",
    ],
    [
      "another namespace",
      (to) => to.toAllow(pod, { namespace: "kube-system" }),
      "the match of team never reached the object: namespaces.exclude has kube-*, and the object is in kube-system",
    ],
    [
      "another operation",
      (to) => to.toDeny(pod, "team", { operation: "DELETE" }),
      "the match of team never reached the object: it matches CREATE, UPDATE of pods, and not DELETE",
    ],
    [
      "what is no object",
      (to) => to.toDeny({ kind: "Pod" }),
      "the object has no apiVersion; every object needs apiVersion and kind",
    ],
    [
      "a pattern that matches everything",
      (to) => to.toDeny(pod, /.*/),
      '"/.*/" matches every message; write words of the message, or leave it out',
    ],
    [
      "an old object of a CREATE",
      (to) => to.toDeny(pod, "team", { old: pod, operation: "CREATE" }),
      "a CREATE has no old object; leave out old",
    ],
  ])("fails for %s, also behind .not", async (_, assertion, message) => {
    expect(await failure(assertion(expect(team)))).toBe(message);
    expect(await failure(assertion(expect(team).not))).toBe(message);
  });

  it("fails for a policy that throws, and for what is no policy", async () => {
    expect(await failure(expect(broken).toDeny(pod))).toMatch(
      /^the policy broken failed: RangeError: a fault of the policy \(/,
    );
    expect(await failure(expect(broken).not.toDeny(pod))).toMatch(/^the policy broken failed/);
    expect(await failure(expect({}).toDeny(pod))).toBe(
      "expect() got something else than a policy; make it with policy({...})",
    );
  });

  it("has the types of its arguments", () => {
    const never = (): void => {
      // @ts-expect-error a message is no number
      void expect(team).toDeny(pod, 5);
      // @ts-expect-error a request has no such member
      void expect(team).toAllow(pod, { clustre: "a" });
    };
    expect(never).toBeTypeOf("function");
  });

  it(
    "fails a test that does not await it",
    async () => {
      const folder = join(ROOT, "node_modules/.cache", `postern-matchers-${process.pid}`);
      mkdirSync(folder, { recursive: true });
      const source = (file: string): string => JSON.stringify(join(ROOT, "src", file));
      writeFileSync(
        join(folder, "forgotten.test.ts"),
        `import { expect, it } from "vitest";
import { deny, policy } from ${source("index.ts")};
import { policyMatchers } from ${source("cli/test/matchers/policyMatchers.ts")};
expect.extend(policyMatchers);
const all = policy({ name: "all", match: { resources: ["pods"] }, validate: () => deny("no") });
it("forgets", () => { expect(all).toAllow({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } }); });
`,
      );
      writeFileSync(join(folder, "vitest.config.ts"), "export default {};\n");
      try {
        const args = [
          join(ROOT, "node_modules/vitest/vitest.mjs"),
          "run",
          "--root",
          folder,
          "--config",
          join(folder, "vitest.config.ts"),
        ];
        const ran = await promisify(execFile)(process.execPath, args, {
          cwd: folder,
          env: { PATH: process.env.PATH },
        }).then(
          () => "it passed",
          ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`,
        );
        expect(ran).toContain("1 failed");
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    patience(60_000),
  );
});
