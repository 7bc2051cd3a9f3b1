import { describe, expect, it } from "vitest";
import { FieldReads } from "../../../src/policy/existing/FieldReads.ts";

interface Pod {
  metadata?: { labels?: Record<string, string> };
  spec?: { hostPID?: boolean; containers?: { name: string; image?: string; tty?: boolean }[] };
}

const label = (name: string) => (pod: Pod) => pod.metadata?.labels?.[name];
const containers = (...list: { name: string; image?: string; tty?: boolean }[]): Pod => ({
  spec: { containers: list },
});
const a = { name: "a", image: "a:1" };

describe("FieldReads", () => {
  it("makes a view with the same content and the same identities", () => {
    const pod = { ...containers(a), metadata: { labels: { x: "1" } } };
    const view = new FieldReads().trackRoot(pod) as Pod;
    expect(JSON.stringify(view)).toBe(JSON.stringify(pod));
    const list = view.spec?.containers ?? [];
    expect(Array.isArray(list) && list.indexOf(list[0] ?? a)).toBe(0);
  });

  it.each<[what: string, read: (pod: Pod) => unknown, hasState: boolean]>([
    ["nothing", () => undefined, false],
    ["the name", (pod) => Reflect.get(pod.metadata ?? {}, "name"), false],
    ["a label", label("x"), true],
    ["the spec", (pod) => pod.spec, true],
  ])("of a policy that reads %s", (_, read, hasState) => {
    const reads = new FieldReads();
    read(reads.trackRoot({ metadata: { name: "a", labels: {} } }) as Pod);
    expect(reads.hasState).toBe(hasState);
  });
});
