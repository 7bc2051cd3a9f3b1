import { fileURLToPath } from "node:url";
import { InputFolder } from "../../InputFolder.ts";
import { insideFolder } from "../../insideFolder.ts";
import { type Ran, runPostern, type Surroundings } from "../../runPostern.ts";

const gate = fileURLToPath(new URL("../../../fixtures/gates/reportGate.ts", import.meta.url));

/** What no name and no message may do to a format: end it, begin a command, move the cursor, or not be well-formed. */
export const HOSTILE = [
  "line\n::error file=x::injected",
  "\r\n::add-mask::x\r::stop-commands::t",
  "##[add-mask]secret",
  "100% %0A %25 %3A, a=b, c:d",
  "</failure></testcase>]]>&amp;<!-- \"'",
  '"}],"results":[{"',
  "\u0000\u0001\u001b[31mred\u0007\u007f\u009b",
  "\ud800 lone \udfff",
  "\ufffe\uffff\u202e\u2028\u2029",
  "{{ x }} $(jndi) `tick` \\",
];

/** A folder with manifests, and runs of `postern review` in it. */
export class ReportBed {
  readonly folder = new InputFolder();

  /** Writes objects as a stream of JSON, so that any text can be in them. */
  write(name: string, ...objects: readonly object[]): string {
    this.folder.write(name, objects.map((it) => JSON.stringify(it)).join("\n"));
    return name;
  }

  async run(output: string, args: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
    const all = ["review", "--gate", gate, "--at", "2027-01-01", "--output", output, ...args];
    return insideFolder(this.folder.path, () => runPostern(all, surroundings));
  }
}

/** A Pod whose annotations make the policies of the gate say something. */
export function pod(name: string, annotations: Readonly<Record<string, string>> = {}, namespace = "shop"): object {
  const spec = { containers: [{ name: "web", image: "registry.example.com/web:1.4" }] };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, annotations }, spec };
}

/** One file of each kind of result: denied, warned, hidden by audit, excepted, allowed and not judged. */
export function writeEach(bed: ReportBed): string {
  const latest = { containers: [{ name: "web", image: "registry.example.com/web:latest" }] };
  return bed.write(
    "deploy/each.json",
    pod("denied", { no: "no way" }),
    pod("warned", { maybe: "mind this" }),
    pod("hidden", { watched: "" }),
    { ...pod("old", {}, "legacy"), spec: latest },
    pod("fine"),
    { apiVersion: "v1", kind: "Secret", metadata: { name: "token", namespace: "shop" } },
  );
}

/** Objects with hostile names and messages, and messages of a megabyte. */
export function writeHostile(bed: ReportBed): string {
  return bed.write(
    "hostile.json",
    ...HOSTILE.flatMap((text) => [
      pod(text, { no: text, maybe: text }),
      { apiVersion: "v1", kind: text, metadata: { name: text } },
    ]),
    pod("large", { no: HOSTILE.join(""), megabyte: "" }),
  );
}
