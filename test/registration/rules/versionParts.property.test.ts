import fc from "fast-check";
import { expect, it } from "vitest";
import { EntryEngines } from "../../../src/gate/EntryEngines.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";
import { readGateUrl } from "../../../src/protocol/gateUrl.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { gateEntries } from "../../../src/registration/entry/gateEntries.ts";
import type { Webhook } from "../../../src/registration/RegistrationObject.ts";
import { webhooksOf } from "../../../src/registration/render/webhooksOf.ts";
import { frozenReview } from "../../policy/policyRun.ts";
import { callsWebhook } from "../callsWebhook.ts";

const settings = { cluster: "c", modeOf: () => "enforce" as const, paramsOf: () => undefined };
const context = { gate: "g", settings, endpoint: { url: "https://gate.example.com" } };
const base = frozenReview("validate-v1-create-pods-1");

/** What a cluster serves: each line has the group and version pairs that the API server converts into each other. */
const SERVED: readonly { readonly resource: string; readonly in: readonly string[] }[] = [
  { resource: "pods", in: ["/v1"] },
  { resource: "deployments", in: ["apps/v1"] },
  { resource: "horizontalpodautoscalers", in: ["autoscaling/v2", "autoscaling/v1"] },
  { resource: "flowschemas", in: ["flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta3"] },
  { resource: "events", in: ["/v1", "events.k8s.io/v1"] },
  { resource: "widgets", in: ["example.com/v1", "example.com/v2", "example.com/v3beta1"] },
];
const at = (apiVersion: string, resource: string) => {
  const [group = "", version = ""] = apiVersion.split("/");
  return { group, version, resource };
};

const some = <const T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const versions = fc.option(some("v1", "v2", "v3beta1", "v1beta3", "*"), { nil: undefined, freq: 2 });
const groupless = some("pods", "deployments", "horizontalpodautoscalers", "flowschemas", "events", "*").map(
  (resources): Match => ({ resources }),
);
const grouped = fc
  .record({
    resources: some("widgets", "events", "horizontalpodautoscalers", "pods", "*"),
    apiGroups: some("example.com", "", "events.k8s.io", "autoscaling", "*"),
  })
  .map((match): Match => match);
const anyMatch = fc
  .record({ match: fc.oneof(groupless, grouped), apiVersions: versions })
  .map(({ match, apiVersions }): Match => (apiVersions === undefined ? match : { ...match, apiVersions }))
  .filter((match) => {
    try {
      policy({ name: "p", match, validate: () => undefined });
      return true;
    } catch {
      return false;
    }
  });

/** The review that the API server sends to a webhook for a request, as `ShouldCallHook` finds it; undefined for none. */
function sent(webhook: Webhook, request: Review, served: readonly string[]): Review | undefined {
  const asked = (review: Review): boolean =>
    callsWebhook({ ...webhook, matchConditions: [] }, review, {}) &&
    callsWebhook({ ...webhook, rules: EVERYTHING }, request, {});
  if (asked(request)) return request;
  for (const rule of webhook.rules)
    for (const apiVersion of served) {
      const review = { ...request, resource: at(apiVersion, request.resource.resource) };
      if (callsWebhook({ ...webhook, rules: [rule], matchConditions: [] }, review, {}))
        return asked(review) ? review : undefined;
    }
  return undefined;
}

const EVERYTHING: Webhook["rules"] = [
  { apiGroups: ["*"], apiVersions: ["*"], operations: ["CREATE"], resources: ["*/*"], scope: "*" },
];

it("each policy judges each request once, in a version that it names, whatever version the client chooses", async () => {
  const counts = { judged: 0, parts: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(anyMatch, { minLength: 1, maxLength: 5 }), async (matches) => {
      const seen: string[] = [];
      const policies = matches.map((match, index): Policy => {
        const name = `p${index}`;
        return policy({
          name,
          match,
          validate: ({ resource }) => void seen.push(`${name} ${resource.group}/${resource.version}`),
        });
      });
      const [entry] = gateEntries({ policies, entries: {} });
      if (entry === undefined) return;
      const engines = new EntryEngines(entry.policies);
      const webhooks = webhooksOf(entry, "validate", context);
      counts.parts += webhooks.length - 1;
      for (const { resource, in: served } of SERVED)
        for (const apiVersion of served) {
          const request = { ...base, resource: at(apiVersion, resource), user: { ...base.user, username: "jane" } };
          const judged: string[] = [];
          for (const webhook of webhooks) {
            const review = sent(webhook, request, served);
            if (review === undefined) continue;
            const { part } = readGateUrl(webhook.clientConfig?.url ?? "") ?? {};
            const deadline = new Deadline(1000, () => 0);
            seen.length = 0;
            const verdict = await engines.for(part).validate({ review, settings, deadline, log: console });
            deadline.dispose();
            expect({ webhook, review: review.resource, verdict }).toMatchObject({ verdict: { allowed: true } });
            // A wildcard matches events only beside a policy that names them.
            judged.push(...seen.filter((it) => resource !== "events" || namesEvents(policies, it)));
          }
          const expected = policies.filter(({ match }) => means(match, resource, served));
          expect({
            request: request.resource,
            matches,
            judged: judged.map((it) => it.split(" ")[0]).sort(),
          }).toMatchObject({
            judged: expected.map(({ name }) => name).sort(),
          });
          counts.judged += judged.length;
        }
    }),
    { numRuns: 3000 },
  );
  expect(counts.judged).toBeGreaterThan(10_000);
  expect(counts.parts).toBeGreaterThan(500);
});

function namesEvents(policies: readonly Policy[], seen: string): boolean {
  const [name] = seen.split(" ");
  return policies.some((one) => one.name === name && one.match.resources.includes("events"));
}

/** Whether a match means some version of a resource that is served, by the documentation of {@link Match}. */
function means({ resources, apiGroups, apiVersions }: Match, resource: string, served: readonly string[]): boolean {
  const isWild = resources.includes("*");
  if (!isWild && !resources.includes(resource)) return false;
  // Wildcards do not match events.
  if (resource === "events" && !resources.includes("events")) return false;
  const [own = ""] = served;
  const groups = apiGroups ?? (isWild ? ["*"] : [at(own, "").group]);
  return served.some((apiVersion) => {
    const { group, version } = at(apiVersion, resource);
    if (!groups.includes("*") && !groups.includes(group)) return false;
    return apiVersions === undefined || apiVersions.includes("*") || apiVersions.includes(version);
  });
}
