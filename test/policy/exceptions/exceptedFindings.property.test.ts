import fc from "fast-check";
import { expect, it } from "vitest";
import { deny } from "../../../src/policy/define/Finding.ts";
import type { PolicyException } from "../../../src/policy/define/PolicyException.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { frozenReview, testRun } from "../policyRun.ts";

const AGENT = "registry.example.com/vendor/agent:4.2";
const LISTS = ["containers", "initContainers", "ephemeralContainers"] as const;
const base = frozenReview("validate-v1-create-pods-1");

interface Container {
  readonly name: string;
  readonly image: string;
  readonly isPrivileged: boolean;
}
type PodSpec = { readonly [List in (typeof LISTS)[number]]: readonly Container[] };

/** Two containers may have one name, as in a custom resource. */
const noPrivileged = policy({
  name: "p",
  match: { apiGroups: ["example.com"], resources: ["workers"] },
  reportsEachFault: true,
  validate: ({ object, path }) =>
    LISTS.flatMap((list) => {
      const found: unknown = Reflect.get(Object(Reflect.get(Object(object), "spec")), list);
      return (Array.isArray(found) ? found : []).flatMap((container: Container, index) =>
        container.isPrivileged
          ? [deny(`${container.name} is privileged`, { at: path("spec", list, index, "isPrivileged") })]
          : [],
      );
    }),
});

const exception = (more: Partial<PolicyException>): PolicyException => ({
  policy: "p",
  images: [AGENT],
  until: "2027-01-01",
  untilMs: 1000,
  reason: "r",
  owner: "o",
  ...more,
});
/** The last two permit nothing: one is nobody's, and one has ended. */
const exceptions = [
  exception({ subjects: ["alice"] }),
  exception({ names: ["agent"] }),
  exception({ images: ["evil:1"], subjects: ["nobody"] }),
  exception({ images: ["evil:2"], untilMs: 0 }),
];

const anyContainer: fc.Arbitrary<Container> = fc.record({
  name: fc.constantFrom("a", "b"),
  image: fc.constantFrom(AGENT, AGENT, "evil:1", "evil:2", `${AGENT}0`, `${AGENT}@sha256:aa`),
  isPrivileged: fc.boolean(),
});
const anyChange = fc.record({
  to: fc.constantFrom(...LISTS),
  fresh: anyContainer,
  at: fc.nat(3),
  what: fc.constantFrom("add", "drop", "move", "copy", "name", "image", "isPrivileged", "nothing"),
});
const anyRequest = fc.record({
  changes: fc.array(anyChange, { minLength: 1, maxLength: 3 }),
  user: fc.constantFrom("alice", "bob"),
  name: fc.constantFrom("agent", "web"),
  now: fc.constantFrom(1, 1000),
});
type Change = typeof anyChange extends fc.Arbitrary<infer T> ? T : never;

/** A state with one change to a list, or from the list before it. */
function changed(spec: PodSpec, { to, fresh, at, what }: Change): PodSpec {
  const from = LISTS[(LISTS.indexOf(to) + at) % LISTS.length] ?? to;
  const old = spec[from][at];
  if (what === "add" || old === undefined) return { ...spec, [to]: [fresh, ...spec[to]] };
  const without = { ...spec, [from]: spec[from].filter((one) => one !== old) };
  if (what === "drop") return without;
  if (what === "move") return { ...without, [to]: [...without[to], old] };
  if (what === "copy") return { ...spec, [to]: [...spec[to], { ...old, image: fresh.image }] };
  if (what === "nothing") return spec;
  const next = { ...old, [what]: fresh[what as keyof Container] };
  return { ...spec, [from]: spec[from].map((one) => (one === old ? next : one)) };
}

const NONE: PodSpec = { containers: [], initContainers: [], ephemeralContainers: [] };

it("no sequence of requests brings in a fault of a container whose image is not excepted", async () => {
  let admitted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyRequest, { minLength: 2, maxLength: 8 }), async (requests) => {
      let state: PodSpec | undefined;
      for (const { changes, user, name, now } of requests) {
        const next = changes.reduce(changed, state ?? NONE);
        const review: Review = {
          ...base,
          resource: { group: "example.com", version: "v1", resource: "workers" },
          name,
          user: { ...base.user, username: user },
          operation: state === undefined ? "CREATE" : "UPDATE",
          object: { metadata: { name }, spec: { ...next } },
          oldObject: state === undefined ? null : { metadata: { name }, spec: { ...state } },
        };
        const settings = {
          cluster: "c",
          modeOf: () => "enforce" as const,
          paramsOf: () => ({}),
          excepting: { exceptions, now },
        };
        const run = { ...testRun(review), settings };
        const { allowed } = await new PolicyEngine([noPrivileged]).validate(run);
        run.deadline.dispose();
        if (!allowed) continue;
        state = next;
        const privileged = LISTS.flatMap((list) => next[list]).filter(({ isPrivileged }) => isPrivileged);
        admitted += privileged.length;
        expect(privileged.filter(({ image }) => image !== AGENT)).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
  expect(admitted).toBeGreaterThan(100);
});
