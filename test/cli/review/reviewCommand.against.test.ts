import { afterAll, describe, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";
import { runPostern } from "../runPostern.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());

/** A gate whose policy denies Pods with more containers than a parameter says, and one against latest tags. */
function gate(
  name: string,
  { max = 1, latest = true, rest = "", clusters = 'live: { identity: "none" }' } = {},
): string {
  folder.write(
    name,
    `import { defineGate, deny, policy } from "postern";
import { disallowLatestTag } from "postern/policies";
const few = policy({
  name: "few-containers",
  match: { resources: ["pods"] },
  params: { parse: () => ({ max: ${max} }) },
  validate: ({ object, params }) => ((object.spec?.containers ?? []).length > params.max ? deny("too many containers") : undefined),
});
export default defineGate({ policies: [few${latest ? ", disallowLatestTag()" : ""}], clusters: { ${clusters} }, ${rest} });
`,
  );
  return name;
}
const pod = (name: string, ...images: string[]) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop" },
    spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) },
  });
folder.write(
  "pods.json",
  [pod("two", "a.io/a:1", "a.io/b:1"), pod("latest", "a.io/a:latest"), pod("fine", "a.io/a:1")].join("\n"),
);
const review = (...args: string[]) => insideFolder(folder.path, () => runPostern(["review", ...args]));
const old = gate("old.ts");

describe("postern review --against", () => {
  it("says that nothing is loosened, of the same gate and of a stricter one", async () => {
    for (const after of [gate("same.ts"), gate("stricter.ts", { rest: "" })])
      expect(await review("--against", old, "--gate", after, "pods.json")).toEqual({
        code: 0,
        out: "nothing loosened\n",
        err: "",
      });
  });

  it("lists what is loosened in the gates and for the objects, and exits with 1", async () => {
    const after = gate("looser.ts", {
      max: 2,
      clusters: 'live: { identity: "none", modes: { "disallow-latest-tag": "warn" } }',
    });
    const { code, out, err } = await review("--against", old, "--gate", after, "pods.json");
    expect([code, err]).toEqual([1, ""]);
    expect(out).toBe(
      [
        'changed       params of few-containers in live: {"max":1} -> {"max":2}',
        "loosened      mode of disallow-latest-tag in live: enforce -> warn",
        "loosened      Pod shop/two pods.json:1, few-containers in live: denied -> no",
        "                finding",
        "loosened      Pod shop/latest pods.json:2, disallow-latest-tag in live: denied",
        "                -> warn",
        "3 loosened, 1 changed",
        "",
      ].join("\n"),
    );
    expect(await review("--against", old, "--gate", after, "--allow-loosened", "pods.json")).toMatchObject({
      code: 0,
      out,
    });
  });

  it("compares only the gates without paths, also from a later date on", async () => {
    const staged = (since: string) => ({
      rest: `stages: [{ policies: ["few-*"], mode: "enforce", since: "${since}" }]`,
    });
    const [before, after] = [gate("soon.ts", staged("2027-02-01")), gate("late.ts", staged("2027-03-01"))];
    const args = ["--against", before, "--gate", after, "--at", "2027-01-01"];
    const line = "loosened      mode of few-containers in live: audit -> audit";
    expect(await review(...args)).toEqual({
      code: 1,
      out: `${line.replace("audit ->", "enforce ->")}, from\n                2027-02-01T00:00:00Z on\n1 loosened\n`,
      err: "",
    });
    expect(await review(...args, "pods.json")).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        "loosened      Pod shop/two pods.json:1, few-containers in live: denied ->\n                would-deny, from 2027-02-01T00:00:00Z on\n",
      ),
    });
    expect(await review(...args.with(-1, "2027-03-01"))).toMatchObject({ code: 0 });
  });

  it("prints JSON with the documented members", async () => {
    const after = gate("gone.ts", { latest: false });
    const { code, out } = await review(
      "--against",
      old,
      "--gate",
      after,
      "--output",
      "json",
      "pods.json",
      "missing.yaml",
    );
    expect(code).toBe(2);
    const rest = { clusters: null, namespaces: null, since: null };
    expect(
      out
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      {
        result: "loosened",
        kind: "policy",
        policy: "disallow-latest-tag",
        subject: null,
        from: "in the gate",
        to: "gone",
        ...rest,
      },
      {
        result: "loosened",
        kind: "object",
        policy: "disallow-latest-tag",
        subject: "Pod shop/latest pods.json:2",
        from: "denied",
        to: "not asked",
        ...rest,
        clusters: ["live"],
      },
      { file: "missing.yaml", line: null, result: "unreadable", reason: "does not exist" },
    ]);
  });

  it("says that the clusters of a lookup cannot be compared, and compares the one that is named", async () => {
    folder.write(
      "lookup.ts",
      `import { defineGate } from "postern";
import old from "./old.ts";
export default defineGate({ ...old, clusters: async (name) => (name === "live" ? { identity: "none", mode: "audit" } : undefined) });
`,
    );
    expect(await review("--against", old, "--gate", "lookup.ts")).toMatchObject({
      code: 1,
      out: [
        "not compared  the clusters of a lookup: not known -> name each with --cluster",
        "                NAME",
        "nothing loosened, not all compared",
        "",
      ].join("\n"),
    });
    const named = await review("--against", old, "--gate", "lookup.ts", "--cluster", "live");
    expect(named.out).toBe(
      "loosened      mode of few-containers in live: enforce -> audit\nloosened      mode of disallow-latest-tag in live: enforce -> audit\n2 loosened\n",
    );
    expect(await review("--against", old, "--gate", "lookup.ts", "--cluster", "none")).toEqual({
      code: 2,
      out: "",
      err: 'postern: no gate has the cluster "none"\n',
    });
  });

  it.each([
    [
      ["--against", old, "--use", "deny-labels", "pods.json"],
      "--against compares gate files; leave out --use and name them with --gate",
    ],
    [["--against", old, "--gate", old, "--output", "sarif"], "--against has the formats text and json, and not sarif"],
    [["--against", "none.ts", "--gate", old], "none.ts: does not exist"],
    [["--against", old], "no gate: neither functions/gate.ts nor gate.ts exists; name a gate with --gate FILE"],
    [["--gate", old, "--allow-loosened", "pods.json"], "--allow-loosened needs --against"],
    [["--gate", old], "missing required argument 'path'; see postern review --help"],
  ])("refuses %j", async (args, err) => {
    expect(await review(...args)).toEqual({ code: 2, out: "", err: `postern: ${err}\n` });
  });
});
