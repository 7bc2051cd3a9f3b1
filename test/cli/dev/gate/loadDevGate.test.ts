import { afterEach, beforeEach, expect, it } from "vitest";
import { loadDevGate, loadProjectGate } from "../../../../src/cli/dev/gate/loadDevGate.ts";
import { InputFolder } from "../../InputFolder.ts";

const gateOf = (clusters: string): string =>
  `import { defineGate } from "postern";\nexport default defineGate({ policies: [], clusters: ${clusters} });\n`;

let folder: InputFolder;
beforeEach(() => {
  folder = new InputFolder();
});
afterEach(() => folder.remove());

it.each<[what: string, clusters: string, wanted: string | undefined, cluster: string, all: string[]]>([
  ["local", "{ one: { identity: 'none' }, local: { identity: 'none' } }", undefined, "local", ["one", "local"]],
  [
    "the first without local",
    "{ one: { identity: 'none' }, two: { identity: 'none' } }",
    undefined,
    "one",
    ["one", "two"],
  ],
  [
    "the one that is wanted",
    "{ one: { identity: 'none' }, local: { identity: 'none' } }",
    "one",
    "one",
    ["one", "local"],
  ],
  ["the one that is wanted of a lookup", "() => ({})", "prod-eu", "prod-eu", []],
])("loadDevGate chooses %s", async (_what, clusters, wanted, cluster, all) => {
  const loaded = await loadDevGate(folder.write("gate.ts", gateOf(clusters)), wanted);
  expect(loaded).toMatchObject({ cluster, clusters: all, gate: { policies: [] } });
});

it.each<[what: string, text: string, wanted: string | undefined, code: string, message: string]>([
  [
    "a gate without clusters",
    gateOf("{}"),
    undefined,
    "bad-gate",
    'gate.ts: the gate has no clusters, so it would refuse every call; add one: clusters: { local: { identity: "none" } }',
  ],
  [
    "a gate without clusters, of which one is wanted",
    gateOf("{}"),
    "local",
    "bad-gate",
    'gate.ts: the gate has no clusters, so it would refuse every call; add one: clusters: { local: { identity: "none" } }',
  ],
  [
    "a lookup without --cluster",
    gateOf("() => ({})"),
    undefined,
    "usage",
    "gate.ts: the gate looks its clusters up, so they are not known here; name one with --cluster NAME",
  ],
  [
    "an async lookup without --cluster",
    gateOf("async (name) => (name === 'a' ? {} : undefined)"),
    undefined,
    "usage",
    "gate.ts: the gate looks its clusters up, so they are not known here; name one with --cluster NAME",
  ],
  [
    "a name that no cluster can have",
    gateOf("() => ({})"),
    "a/b",
    "usage",
    '--cluster "a/b" is not a name of a cluster, such as prod-eu',
  ],
  [
    "a cluster that is not in the table",
    gateOf("{ one: { identity: 'none' } }"),
    "two",
    "usage",
    'gate.ts: the gate has no cluster "two"; it has one; change --cluster',
  ],
  [
    "a file that exports no gate",
    "export default 5;\n",
    undefined,
    "bad-gate",
    'gate.ts: its default export is not a gate; write "export default defineGate({...})"',
  ],
  [
    "an empty file",
    "",
    undefined,
    "bad-gate",
    'gate.ts: its default export is not a gate; write "export default defineGate({...})"',
  ],
])("loadDevGate refuses %s", async (_what, text, wanted, code, message) => {
  const file = folder.write("gate.ts", text);
  const error: unknown = await loadDevGate(file, wanted).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  expect(String(Object(error).message).replace(`${folder.path}/`, "")).toBe(message);
});

it("loadProjectGate knows no gate where there is no file", async () => {
  const none = `${folder.path}/functions/gate.ts`;
  expect(await loadProjectGate(none, undefined)).toEqual({ gate: undefined, clusters: [], cluster: "CLUSTER" });
  expect(await loadProjectGate(none, "one")).toMatchObject({ gate: undefined, cluster: "one" });
  expect(
    await loadProjectGate(folder.write("functions/gate.ts", gateOf("{ a: { identity: 'none' } }")), undefined),
  ).toMatchObject({
    cluster: "a",
  });
});
