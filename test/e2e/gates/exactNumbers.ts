import { conversion, defineGate, policy } from "../../../src/index.ts";

const GROUP = "numbers.e2e.postern.dev";

/** A custom resource with int64 fields: v1 has `nanos`, v2 calls it `created`. A mutator moves the entries, and copies a number. */
export default defineGate({
  name: "numbers",
  policies: [
    policy({
      name: "sort-entries",
      match: { resources: ["ledgers"], apiGroups: [GROUP], apiVersions: ["v1"] },
      mutate: (draft) => {
        const spec = Object(draft.spec);
        spec.entries?.sort((a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name));
        spec.latest = spec.entries?.at(-1);
      },
    }),
    policy({
      name: "round",
      match: {
        resources: ["ledgers"],
        apiGroups: [GROUP],
        apiVersions: ["v1"],
        labels: { matchLabels: { round: "yes" } },
      },
      mutate: (draft) => {
        const spec = Object(draft.spec);
        spec.nanos = Number(spec.nanos);
      },
    }),
  ],
  conversions: [
    conversion({
      group: GROUP,
      kind: "Ledger",
      versions: ["v1", "v2"],
      hub: "v2",
      convert: {
        v1: {
          toHub: (ledger) => {
            const { nanos, ...rest } = { ...Object(ledger.spec) };
            return { ...ledger, spec: { ...rest, created: nanos } };
          },
          fromHub: (ledger) => {
            const { created, ...rest } = { ...Object(ledger.spec) };
            return { ...ledger, spec: { ...rest, nanos: created } };
          },
        },
      },
    }),
  ],
  clusters: { e2e: { identity: "none" } },
});
