import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadDevGate } from "../../../src/cli/dev/gate/loadDevGate.ts";
import { RegistrationFile } from "../../../src/cli/dev/RegistrationFile.ts";
import { InputFolder } from "../InputFolder.ts";

/** The parts of a gate file. */
interface Parts {
  readonly resources?: string;
  readonly text?: string;
  readonly modes?: string;
  readonly entries?: string;
  readonly conversions?: string;
}

const gateOf = ({ resources = '"pods"', text = "x", modes = "{}", entries = "{}", conversions = "" }: Parts = {}) =>
  `import { conversion, defineGate, deny, policy } from "postern";
const no = policy({ name: "no", match: { resources: [${resources}] }, validate: () => deny("${text}") });
const converted = (kind, versions) => conversion({ group: "example.com", kind, versions, hub: "v1",
  convert: Object.fromEntries(versions.filter((it) => it !== "v1").map((it) => [it, { toHub: (o) => o, fromHub: (o) => o }])) });
export default defineGate({ policies: [no], conversions: [${conversions}], entries: ${entries}, clusters: { local: { identity: 'none', modes: ${modes} } } });
`;

let folder: InputFolder;
let file: RegistrationFile;
beforeEach(() => {
  folder = new InputFolder();
  const unknown = { gate: undefined, clusters: [], cluster: "CLUSTER" };
  file = new RegistrationFile(folder.path, unknown, { url: "https://localhost:8443", ca: "x" });
});
afterEach(() => folder.remove());

const edit = (gate: Parts | string): void => {
  folder.write("gate.ts", typeof gate === "string" ? gate : gateOf(gate));
};
const updateTo = async (gate: Parts | string): Promise<string[]> => {
  edit(gate);
  return (await file.update(await loadDevGate(`${folder.path}/gate.ts`, undefined))).map((line) =>
    line.replaceAll(folder.path, "."),
  );
};
const read = (name: string): string => readFileSync(`${folder.path}/${name}`, "utf8");
const CHANGED = "registration changed: apply ./registration.yaml again";

it("RegistrationFile has nothing to say at first, and writes what the gate is called for", async () => {
  expect(await file.update({ gate: undefined, clusters: [], cluster: "CLUSTER" })).toEqual([]);
  expect([file.exists, file.cluster]).toEqual([false, "CLUSTER"]);
  expect(await updateTo({})).toEqual([]);
  expect([file.exists, file.cluster, file.clusters, file.hasConversions]).toEqual([true, "local", ["local"], false]);
  expect(read("registration.yaml")).toContain("resources: [pods]");
  expect(existsSync(`${folder.path}/conversions.yaml`)).toBe(false);
});

it("RegistrationFile reports each of several edits in a row, and none that changes nothing", async () => {
  await updateTo({});
  expect(await updateTo({ resources: '"pods", "secrets"' })).toEqual([CHANGED]);
  expect(await updateTo({ resources: '"pods", "secrets"', text: "another text" })).toEqual([]);
  expect(await updateTo({ resources: '"secrets"' })).toEqual([CHANGED]);
  expect(read("registration.yaml")).toContain("resources: [secrets]");
  expect(await updateTo({})).toEqual([CHANGED]);
  expect(read("registration.yaml")).toContain("resources: [pods]");
});

it("RegistrationFile reports entries that are added, changed and removed", async () => {
  await updateTo({});
  expect(await updateTo({ entries: '{ team: { policies: ["no"] } }' })).toEqual([CHANGED]);
  expect(read("registration.yaml")).toContain("name: team.validate.postern.postern.dev");
  expect(await updateTo({ entries: '{ team: { policies: ["no"], timeoutSeconds: 3 } }' })).toEqual([CHANGED]);
  expect(await updateTo({})).toEqual([CHANGED]);
  expect(read("registration.yaml")).not.toContain("team.validate");
});

it("RegistrationFile reports conversions that are added, changed and removed", async () => {
  await updateTo({});
  const one = 'converted("Gateway", ["v1", "v1beta1"])';
  const added = "conversions added: ./conversions.yaml says how to apply them";
  expect(await updateTo({ conversions: one })).toEqual([added]);
  expect([file.hasConversions, read("conversions.yaml")]).toEqual([
    true,
    expect.stringContaining("gateways.example.com"),
  ]);
  expect(await updateTo({ conversions: one, text: "another text" })).toEqual([]);
  const both = `${one}, converted("Route", ["v1", "v2"])`;
  expect(await updateTo({ conversions: both })).toEqual(["conversions changed: apply ./conversions.yaml again"]);
  expect(read("conversions.yaml")).toContain("routes.example.com");
  expect(await updateTo({})).toEqual(["conversions removed: apply the manifests of the CRDs again"]);
  expect(existsSync(`${folder.path}/conversions.yaml`)).toBe(false);
});

it("RegistrationFile reports a mode that changes the failurePolicy, while its own file stays", async () => {
  await updateTo({});
  const before = read("registration.yaml");
  const line = (from: string, to: string): string[] => [
    `failurePolicy of default.validate.postern.postern.dev: ${from} becomes ${to}`,
    "  render and apply again in local; postern dev keeps Ignore",
  ];
  expect(await updateTo({ modes: '{ no: "warn" }' })).toEqual(line("Fail", "Ignore"));
  expect(await updateTo({ modes: '{ no: "audit" }' })).toEqual([]);
  expect(await updateTo({})).toEqual(line("Ignore", "Fail"));
  expect(read("registration.yaml")).toBe(before);
});

it("RegistrationFile compares with the last gate that it was given", async () => {
  await updateTo({});
  expect(await updateTo({})).toEqual([]);
  expect(await updateTo({ resources: '"secrets"', modes: '{ no: "warn" }' })).toEqual([
    CHANGED,
    "failurePolicy of default.validate.postern.postern.dev: Fail becomes Ignore",
    "  render and apply again in local; postern dev keeps Ignore",
  ]);
});
