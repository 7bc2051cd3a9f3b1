import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/ownersGate.ts", import.meta.url));

interface Given {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** As `Kind/name`. */
  readonly owner?: string;
  readonly uid?: string;
  readonly ownerUid?: string;
  readonly isController?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** The images of the containers, named after their place in `names`. */
  readonly images?: readonly string[];
  readonly names?: readonly string[];
  readonly privileged?: number;
}

const API: Readonly<Record<string, string>> = {
  Pod: "v1",
  Deployment: "apps/v1",
  ReplicaSet: "apps/v1",
  StatefulSet: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
  Rollout: "argoproj.io/v1alpha1",
  Pair: "example.com/v1",
};

function objectOf(given: Given): object {
  const { kind, name, namespace = "shop", owner, uid, ownerUid, isController = true } = given;
  const { labels = { team: "web" }, images = ["web:1"], names = ["web", "side", "more"], privileged = 0 } = given;
  const containers = images.map((image, index) => ({
    name: names[index],
    image,
    ...(index < privileged ? { securityContext: { privileged: true } } : {}),
  }));
  const pod = { metadata: { labels }, spec: { containers } };
  const [ownerKind = "", ownerName] = (owner ?? "").split("/");
  const ownerReferences = [
    { apiVersion: API[ownerKind], kind: ownerKind, name: ownerName, uid: ownerUid, controller: isController },
  ];
  const metadata = { name, namespace, uid, ...(owner === undefined ? {} : { ownerReferences }) };
  const spec =
    kind === "CronJob"
      ? { jobTemplate: { spec: { template: pod } } }
      : kind === "Pair"
        ? { left: pod, right: { metadata: { labels: { team: "web" } }, spec: { containers: [] } } }
        : { template: pod };
  const apiVersion = given.apiVersion ?? API[kind];
  return kind === "Pod"
    ? { apiVersion, kind, metadata: { ...metadata, labels }, spec: pod.spec }
    : { apiVersion, kind, metadata, spec };
}

const run = (objects: readonly Given[], ...args: string[]) =>
  runPostern(["review", "--gate", gate, ...args, "-"], {
    stdin: objects.map((given) => JSON.stringify(objectOf(given))).join("\n"),
  });

/** For each object: its result, the policies with findings that are left, and those that an owner covers. */
async function shortly(objects: readonly Given[], cluster = "production"): Promise<string[]> {
  const { out } = await run(objects, "--cluster", cluster, "--output", "json");
  const lines = out.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const { result, policies, covered } = JSON.parse(line);
    const said = policies.filter(({ findings }: { findings: unknown[] }) => findings.length > 0);
    const own = said.map(({ policy }: { policy: string }) => policy);
    const by = covered.map(
      (it: { policy: string; kind: string; name: string }) => `${it.policy}<${it.kind}/${it.name}`,
    );
    return [result, ...own, ...by].join(" ");
  });
}

const LATEST = ["web:latest"];
const deployment: Given = { kind: "Deployment", name: "web", images: LATEST };
const replicaSet: Given = { kind: "ReplicaSet", name: "web-1", owner: "Deployment/web", images: LATEST };
const pod: Given = { kind: "Pod", name: "web-1-a", owner: "ReplicaSet/web-1", images: LATEST };
const direct: Given = { ...pod, owner: "Deployment/web" };

describe("postern review of objects with their owners", () => {
  it.each<[title: string, objects: Given[], expected: string[]]>([
    [
      "a Deployment speaks for its ReplicaSet and its Pods",
      [deployment, replicaSet, pod, { ...pod, name: "web-1-b" }],
      ["denied tag", ...Array(3).fill("covered tag<Deployment/web")],
    ],
    [
      "in any order of the input",
      [pod, replicaSet, deployment],
      ["covered tag<Deployment/web", "covered tag<Deployment/web", "denied tag"],
    ],
    [
      "a CronJob for its Jobs and their Pods",
      [
        { kind: "CronJob", name: "c", images: LATEST },
        { kind: "Job", name: "c-1", owner: "CronJob/c", images: LATEST },
        { ...pod, owner: "Job/c-1" },
      ],
      ["denied tag", "covered tag<CronJob/c", "covered tag<CronJob/c"],
    ],
    [
      "a StatefulSet for its Pods",
      [
        { kind: "StatefulSet", name: "db", images: LATEST },
        { ...pod, owner: "StatefulSet/db" },
      ],
      ["denied tag", "covered tag<StatefulSet/db"],
    ],
    [
      "the ReplicaSet of an older rollout for its own Pods",
      [{ ...deployment, images: ["web:1"] }, replicaSet, pod],
      ["allowed", "denied tag", "covered tag<ReplicaSet/web-1"],
    ],
    [
      "a custom owner that the policy names, only for that policy",
      [
        { kind: "Rollout", name: "r", images: LATEST, labels: {} },
        { ...pod, owner: "Rollout/r", labels: {} },
      ],
      ["denied tag", "denied team tag<Rollout/r"],
    ],
    [
      "a custom owner with several templates for none",
      [
        { kind: "Pair", name: "p", images: LATEST },
        { ...pod, owner: "Pair/p" },
      ],
      ["denied tag", "denied tag"],
    ],
    ["an owner that is not in the input", [deployment, pod], ["denied tag", "denied tag"]],
    ["an owner without the fault", [{ ...deployment, images: ["web:1"] }, direct], ["allowed", "denied tag"]],
    ["an owner that is no controller", [deployment, { ...direct, isController: false }], ["denied tag", "denied tag"]],
    ["an owner in another namespace", [{ ...deployment, namespace: "a" }, direct], ["denied tag", "denied tag"]],
    [
      "an owner that was replaced: another uid",
      [
        { ...deployment, uid: "2" },
        { ...direct, ownerUid: "1" },
      ],
      ["denied tag", "denied tag"],
    ],
    [
      "owners of one name: that with the uid counts",
      [
        { ...deployment, uid: "2", images: ["web:1"] },
        { ...deployment, uid: "1" },
        { ...direct, ownerUid: "1" },
      ],
      ["allowed", "denied tag", "covered tag<Deployment/web"],
    ],
    [
      "a uid that only one of the two has",
      [{ ...deployment, uid: "2" }, direct],
      ["denied tag", "covered tag<Deployment/web"],
    ],
    ["an object that owns itself", [{ ...replicaSet, owner: "ReplicaSet/web-1" }], ["denied tag"]],
    [
      "a ring of owners, and what it owns",
      [{ ...replicaSet, owner: "ReplicaSet/web-2" }, { ...replicaSet, name: "web-2", owner: "ReplicaSet/web-1" }, pod],
      ["denied tag", "denied tag", "denied tag"],
    ],
  ])("%s", async (_title, objects, expected) => {
    expect(await shortly(objects)).toEqual(expected);
  });

  it.each<[title: string, owner: Partial<Given>, child: Partial<Given>, expected: string]>([
    [
      "the same container at another place",
      {},
      { images: ["side:1", "web:latest"], names: ["side", "web"] },
      "covered tag",
    ],
    ["another container", {}, { images: ["side:latest"], names: ["side"] }, "denied tag"],
    ["one more container", {}, { images: ["web:latest", "side:latest"] }, "denied tag tag"],
    ["one container fewer", { images: ["web:latest", "side:latest"] }, {}, "covered tag"],
    [
      "the same message more often",
      { privileged: 1 },
      { images: ["web:1", "b:1"], privileged: 2 },
      "denied privileged",
    ],
    [
      "the same message as often",
      { privileged: 1, images: ["web:1"] },
      { images: ["web:1"], privileged: 1 },
      "covered privileged",
    ],
    ["a fault of another policy", {}, { labels: {} }, "denied team tag"],
    ["both faults in the owner", { labels: {} }, { labels: {} }, "covered tag team"],
    [
      "only a warning in the owner",
      { labels: { strict: "" } },
      { labels: { strict: "" }, images: ["web:1"] },
      "denied team",
    ],
    [
      "a policy without podTemplates",
      { labels: { team: "", bad: "" } },
      { labels: { team: "", bad: "" } },
      "denied no-templates tag",
    ],
    [
      "a policy that sees the whole owner too",
      { labels: { team: "", whole: "" } },
      { labels: { team: "", whole: "" } },
      "denied whole tag",
    ],
    [
      "a policy that throws",
      { labels: { team: "", throws: "" } },
      { labels: { team: "", throws: "" } },
      "denied throws tag",
    ],
    [
      "a namespace that the policy excludes",
      { labels: {}, namespace: "lab" },
      { labels: {}, namespace: "lab" },
      "covered tag",
    ],
    ["labels of the match that only the Pod has", {}, { labels: { team: "", stamp: "x" } }, "denied stamp tag"],
  ])("compares the findings: %s", async (_title, owner, child, expected) => {
    const [, found = ""] = await shortly([
      { ...deployment, ...owner },
      { ...direct, ...child },
    ]);
    expect(found.replaceAll("<Deployment/web", "")).toBe(expected);
  });

  it.each<[policy: string, labels: Record<string, string>, images: string[]]>([
    ["deny-labels", { "bad-label": "x" }, ["web:1"]],
    ["require-labels", {}, ["web:1"]],
    ["require-resources", {}, ["web:1", "side:1"]],
    ["disallow-latest-tag", {}, ["web:latest", "side"]],
    ["disallow-privilege-escalation", {}, ["web:1"]],
  ])("knows the messages of %s again", async (policy, labels, images) => {
    const objects = [deployment, replicaSet, pod].map((it) => JSON.stringify(objectOf({ ...it, labels, images })));
    const { out } = await runPostern(["review", "--use", policy, "-"], { stdin: objects.join("\n") });
    expect(out).toContain("3 objects, 0 allowed, 1 denied, 2 covered by their owners\n");
  });

  it.each<[cluster: string, expected: string[]]>([
    ["production", ["denied tag", "covered tag<Deployment/web"]],
    ["staging", ["allowed tag", "allowed tag<Deployment/web"]],
    ["lab", ["allowed tag", "allowed tag<Deployment/web"]],
  ])("in the modes of the cluster %s", async (cluster, expected) => {
    expect(await shortly([deployment, direct], cluster)).toEqual(expected);
  });

  it("names the owner in JSON, and prints no finding a second time", async () => {
    const { out, code } = await run([deployment, direct], "--cluster", "production", "--output", "json");
    expect(code).toBe(1);
    expect(JSON.parse(out.split("\n")[1] ?? "")).toMatchObject({
      name: "web-1-a",
      result: "covered",
      allowed: false,
      message: "",
      warnings: [],
      audit: [],
      covered: [{ policy: "tag", apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" }],
    });
    expect(out.match(/is latest/g)).toHaveLength(2);
  });

  it.each<[args: string[], objects: Given[], expected: string[]]>([
    [[], [deployment, replicaSet, pod], ["3 objects, 0 allowed, 1 denied, 2 covered by their owners"]],
    [
      ["--verbose"],
      [deployment, direct],
      [
        "            asked tag, team, privileged, no-templates, whole, throws",
        "covered     Pod shop/web-1-a  by Deployment shop/web",
        "            asked tag, team, privileged, no-templates, whole, throws",
        "2 objects, 0 allowed, 1 denied, 1 covered by its owner",
      ],
    ],
    [
      ["--verbose"],
      [deployment, { ...direct, labels: {} }],
      [
        "            asked tag, team, privileged, no-templates, whole, throws",
        "denied      Pod shop/web-1-a  (standard input):2",
        "            team: metadata.labels has no team",
        "            covered by Deployment shop/web: tag",
        "            asked tag, team, privileged, no-templates, whole, throws",
        "2 objects, 0 allowed, 2 denied",
      ],
    ],
  ])("prints with %j the owner of what is covered", async (args, objects, expected) => {
    const { out } = await run(objects, "--cluster", "production", ...args);
    expect(out.trimEnd().split("\n")).toEqual([
      "denied      Deployment shop/web  (standard input):1",
      "            tag: spec.template.spec.containers[0].image is latest",
      ...expected,
    ]);
  });

  it("counts what would be denied once", async () => {
    const { out } = await run([deployment, direct], "--cluster", "lab");
    expect(out.trimEnd().split("\n").slice(2)).toEqual([
      "allowed     Pod shop/web-1-a  (standard input):2",
      "2 objects, 2 allowed, 0 denied, 1 would be denied",
    ]);
  });

  it("leaves covered objects out of YAML, as denied ones", async () => {
    const { out } = await run([deployment, direct], "--cluster", "production", "--output", "yaml");
    expect(out).toBe("");
  });
});
