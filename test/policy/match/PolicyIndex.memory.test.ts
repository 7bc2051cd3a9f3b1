import { expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { CacheMemory } from "../../../src/policy/match/CacheMemory.ts";
import { PolicyIndex } from "../../../src/policy/match/PolicyIndex.ts";
import type { Operation, Review } from "../../../src/protocol/review/Review.ts";
import { heapBytes } from "../heapBytes.ts";
import { frozenReview } from "../policyRun.ts";

const MAX_BYTES = 32 * 1024 * 1024;

const base = frozenReview("validate-v1-create-pods-1");
const OPERATIONS: readonly Operation[] = ["CREATE", "UPDATE", "DELETE"];

/** A review of the group, version, resource and subresource in `what`, separated by commas. */
function reviewOf(what: string, namespace: string, operation: Operation = "CREATE"): Review {
  const [group = "", version = "", resource = "", subresource = ""] = what.split(",");
  return { ...base, resource: { group, version, resource }, subresource, namespace, operation };
}

const policies = (count: number, matchOf: (index: number) => Match) =>
  Array.from({ length: count }, (_, index) =>
    policy({ name: `p${index}`, match: { operations: OPERATIONS, ...matchOf(index) }, validate: () => undefined }),
  );
const everything: Match = { apiGroups: ["*"], resources: ["*", "*/*"] };
const typical = policies(20, (index) => ({
  ...(index < 10 ? { resources: ["pods"] } : everything),
  ...(index % 4 === 0 ? { namespaces: { exclude: [`team-${index}-*`] } } : {}),
}));
const many = policies(400, (index) => ({
  apiGroups: [`g${index % 20}.example.com`],
  resources: [`r${index % 40}`, "*/scale"],
  apiVersions: [`v${index % 30}`],
}));
const names = policies(100, () => ({
  ...everything,
  namespaces: { include: Array.from({ length: 40 }, (_, name) => `n${name}`) },
}));
const labels = policies(200, (index) => ({
  ...everything,
  resources: ["*", ...Array.from({ length: 50 }, (_, at) => `r${at}`)],
  labels: { matchLabels: { [`l${index}`]: "x" } },
}));
/** A number below `limit` that looks random and is the same in each run. */
const pick = (seed: number, limit: number): number => (Math.imul(seed, 2654435761) >>> 5) % limit;

it.each<[name: string, gate: typeof typical, reviews: number, review: (index: number) => Review]>([
  ["versions", typical, 60_000, (n) => reviewOf(`,v${n},pods`, "default")],
  ["versions and namespaces", typical, 200_000, (n) => reviewOf(`,v${n % 256},pods`, `${n}-${"n".repeat(54)}`)],
  ["namespaces beyond Latin-1", typical, 300_000, (n) => reviewOf(",v1,pods", `${n}-${"ш".repeat(54)}`)],
  ["namespaces of 253 characters", typical, 100_000, (n) => reviewOf(",v1,pods", `${n}-${"n".repeat(240)}`)],
  ["versions of 4,000 characters", typical, 10_000, (n) => reviewOf(`,${"v".repeat(4000)}${n},pods`, "default")],
  ["groups", labels, 20_000, (n) => reviewOf(`g${n}.example.com,v1,pods`, "default")],
  ["resources and subresources", labels, 20_000, (n) => reviewOf(`,v1,r${n},s${n}`, "default")],
  ["namespaces in any kind of request", names, 8_000, (n) => reviewOf(`g${n},v${n},r${n}`, `n${n % 50}`)],
  [
    "combinations of declared names",
    many,
    30_000,
    (n) => {
      const what = `g${pick(n, 20)}.example.com,v${pick(n + 1, 30)},r${pick(n + 2, 40)},${n % 2 === 0 ? "scale" : ""}`;
      return reviewOf(what, n % 5 === 0 ? "" : "default", OPERATIONS[n % 3]);
    },
  ],
  [
    "combinations of declared names and labels",
    labels,
    1_000,
    (n) => reviewOf(`,v1,r${n % 50}`, n % 7 === 0 ? "" : "default", OPERATIONS[n % 3]),
  ],
])(
  "the caches of indexes that share their memory take at most 32 MB for made-up %s",
  (_name, gate, reviews, review) => {
    const memory = new CacheMemory();
    const indexes = Array.from({ length: 4 }, () => new PolicyIndex(gate, "validate", undefined, memory));
    const before = heapBytes();
    let largest = 0;
    for (let n = 0; n < reviews; n += 1) {
      for (const index of reviews > 50_000 ? indexes.slice(n % 4, (n % 4) + 1) : indexes) index.find(review(n));
      // The caches begin anew when they are full, so the end alone says little.
      if (n % Math.ceil(reviews / 6) === 0) largest = Math.max(largest, heapBytes() - before);
    }
    largest = Math.max(largest, heapBytes() - before);
    expect(largest).toBeLessThan(MAX_BYTES);
    expect(indexes.length).toBe(4);
  },
);
