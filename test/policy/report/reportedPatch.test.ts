import { describe, expect, it } from "vitest";
import { type PatchReader, reportedPatch } from "../../../src/policy/report/reportedPatch.ts";
import { diffJson } from "../../../src/protocol/patch/diffJson.ts";

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", labels: { app: "shop" }, annotations: { "example.com/db-password": "opensesame" } },
  spec: {
    containers: [
      {
        name: "web",
        image: "registry.example.com/web:1",
        imagePullPolicy: "Always",
        args: ["--password=swordfish"],
        env: [
          { name: "DB_PASSWORD", value: "hunter2" },
          { name: "MODE", value: "fast" },
        ],
        ports: [{ containerPort: 8443 }],
      },
      { name: "log", image: "registry.example.com/log:1" },
    ],
  },
};
type Pod = typeof POD;
const SECRETS = /hunter2|opensesame|swordfish|fast/;

function report(
  mutate: (pod: Pod & Record<string, unknown>) => unknown,
  isSecret = false,
  reader?: PatchReader,
): string[] {
  const after: Pod & Record<string, unknown> = structuredClone(POD);
  mutate(after);
  return reportedPatch(POD, diffJson(POD, after), isSecret, reader).map(
    (it) => `${it.op} ${it.path}${"value" in it ? ` ${JSON.stringify(it.value)}` : ""}`,
  );
}

const [web] = POD.spec.containers;
const containerOf = (pod: Pod): Record<string, unknown> => Object(pod.spec.containers[0]);

describe("reportedPatch", () => {
  it.each<[what: string, mutate: (pod: Pod & Record<string, unknown>) => unknown, report: string[]]>([
    ["nothing", () => undefined, []],
    [
      "a label",
      ({ metadata }) => Object.assign(metadata.labels, { team: "core" }),
      ['add /metadata/labels/team "core"'],
    ],
    [
      "four fields of a container, and none of its others",
      (pod) =>
        Object.assign(containerOf(pod), {
          image: "registry.example.com/web:2",
          imagePullPolicy: "IfNotPresent",
          workingDir: "/app",
          tty: true,
        }),
      [
        'replace /spec/containers/0/image "registry.example.com/web:2"',
        'replace /spec/containers/0/imagePullPolicy "IfNotPresent"',
        'add /spec/containers/0/workingDir "/app"',
        "add /spec/containers/0/tty true",
      ],
    ],
    [
      "an env variable, without its value",
      (pod) => Object(containerOf(pod).env).push({ name: "PROXY_TOKEN", value: "xyzzy" }),
      ['add /spec/containers/0/env/2 {"name":"PROXY_TOKEN","value":"(not shown)"}'],
    ],
    [
      "a changed env value",
      (pod) => Object.assign(Object(containerOf(pod).env)[0], { value: "xyzzy" }),
      ['replace /spec/containers/0/env/0/value "(not shown)"'],
    ],
    [
      "a container that is put in, whole",
      ({ spec }) => spec.containers.push({ name: "proxy", image: "registry.example.com/proxy:1" }),
      ['add /spec/containers/2 {"name":"proxy","image":"registry.example.com/proxy:1"}'],
    ],
    [
      "labels that are put in, also with a value that the object has elsewhere",
      ({ spec }) => Object.assign(spec, { nodeSelector: { team: "web", app: "shop" } }),
      ['add /spec/nodeSelector {"team":"web","app":"(not shown)"}'],
    ],
    [
      "a container with another name, without what it had",
      (pod) => Object.assign(containerOf(pod), { name: "renamed", tty: true }),
      ['replace /spec/containers/0/name "renamed"', "add /spec/containers/0/tty true"],
    ],
    [
      "a moved container, without what it had",
      ({ spec }) => spec.containers.reverse(),
      ['add /spec/containers/0 {"name":"log","image":"(not shown)"}', "remove /spec/containers/2"],
    ],
    [
      "a copied container",
      ({ spec }) => spec.containers.push({ ...structuredClone(Object(web)), name: "copy" }),
      [
        'add /spec/containers/2 {"name":"copy","image":"(not shown)","imagePullPolicy":"(not shown)","args":["(not shown)"],"env":[{"name":"DB_PASSWORD","value":"(not shown)"},{"name":"MODE","value":"(not shown)"}],"ports":[{"containerPort":8443}]}',
      ],
    ],
    [
      "a password that is copied into an annotation",
      ({ metadata }) => Object.assign(metadata.annotations, { a: "hunter2", b: "mysql://hunter2@db" }),
      ['add /metadata/annotations/a "(not shown)"', 'add /metadata/annotations/b "(not shown)"'],
    ],
    [
      "a value at a key that sounds secret",
      ({ metadata }) => Object.assign(metadata.annotations, { "example.com/api-key": "xyzzy" }),
      ['add /metadata/annotations/example.com~1api-key "(not shown)"'],
    ],
    [
      "the volume of a Secret, with its name",
      ({ spec }) => Object.assign(spec, { volumes: [{ name: "mesh", secret: { secretName: "mesh-key" } }] }),
      ['add /spec/volumes [{"name":"mesh","secret":{"secretName":"mesh-key"}}]'],
    ],
    ["a removed field", (pod) => delete containerOf(pod).env, ["remove /spec/containers/0/env"]],
    [
      "command and args",
      (pod) => Object.assign(containerOf(pod), { command: ["/bin/x", "--key", "xyzzy"] }),
      ['add /spec/containers/0/command ["(not shown)","(not shown)","(not shown)"]'],
    ],
  ])("reports %s", (_, mutate, expected) => {
    const lines = report(mutate);
    expect(lines).toEqual(expected);
    expect(lines.join("\n")).not.toMatch(SECRETS);
  });

  it("reports no value of a Secret", () => {
    const mutate = (pod: Pod & Record<string, unknown>): unknown =>
      Object.assign(pod, { data: { key: "eHl6enk=" }, type: "Opaque", immutable: true });
    expect(report(mutate, true)).toEqual([
      'add /data {"key":"(not shown)"}',
      'add /type "(not shown)"',
      'add /immutable "(not shown)"',
    ]);
  });

  it.each<[what: string, mutate: (pod: Pod & Record<string, unknown>) => unknown, report: string[]]>([
    [
      "texts that the object has elsewhere",
      ({ spec }) => Object.assign(spec, { nodeSelector: { team: "web", app: "shop" } }),
      ['add /spec/nodeSelector {"team":"web","app":"shop"}'],
    ],
    [
      "two tolerations with the same operator",
      ({ spec }) =>
        Object.assign(spec, {
          tolerations: [
            { key: "a", operator: "Exists" },
            { key: "b", operator: "Exists" },
          ],
        }),
      ['add /spec/tolerations [{"key":"a","operator":"Exists"},{"key":"b","operator":"Exists"}]'],
    ],
    [
      "an annotation with the text of a harmless variable",
      ({ metadata }) => Object.assign(metadata.annotations, { speed: "fast lane" }),
      ['add /metadata/annotations/speed "fast lane"'],
    ],
    [
      "a command line that the mutator writes, and not one that was there",
      (pod) => Object.assign(containerOf(pod), { args: ["--verbose", "--password=swordfish"] }),
      ['add /spec/containers/0/args/0 "--verbose"'],
    ],
    [
      "a copied container without its variables and command line",
      ({ spec }) => spec.containers.push({ ...structuredClone(Object(web)), name: "copy" }),
      [
        'add /spec/containers/2 {"name":"copy","image":"registry.example.com/web:1","imagePullPolicy":"Always","args":["(not shown)"],"env":[{"name":"DB_PASSWORD","value":"(not shown)"},{"name":"MODE","value":"(not shown)"}],"ports":[{"containerPort":8443}]}',
      ],
    ],
    [
      "no password",
      ({ metadata }) =>
        Object.assign(metadata.annotations, { a: "mysql://hunter2@db", b: "opensesame", token: "xyzzy" }),
      [
        'add /metadata/annotations/a "(not shown)"',
        'add /metadata/annotations/b "(not shown)"',
        'add /metadata/annotations/token "(not shown)"',
      ],
    ],
  ])("reports to a reader who has the object: %s", (_, mutate, expected) => {
    expect(report(mutate, false, { hasObject: true })).toEqual(expected);
  });
});
