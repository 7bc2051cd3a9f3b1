import { beforeAll, expect, it } from "vitest";
import type { PodSecurityLevel } from "../../../src/policies/pod-security/controlsOf.ts";
import { LATEST_MINOR, type PodSecurityVersion } from "../../../src/policies/pod-security/PodSecurityVersion.ts";
import { podSecurity } from "../../../src/policies/pod-security/podSecurity.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import { patience } from "../../run/speedFactor.ts";
import { askGoPodSecurity, type PodQuestion } from "./askGoPodSecurity.ts";
import { controlFaults, faultDifferences, faultsOfMessages } from "./ControlFaults.ts";
import { comparisonSize } from "./comparisonSize.ts";
import { judgeCreate, messagesOf } from "./judgeCreate.ts";
import { GeneratedPods } from "./objects/GeneratedPods.ts";
import { OBJECT_KINDS } from "./objects/objectKinds.ts";
import { type PodSecurityFixture, podsOf, readPodSecurityFixtures } from "./objects/readPodSecurityFixtures.ts";
import { SeededRandom } from "./objects/SeededRandom.ts";
import { reportCounts } from "./reportCounts.ts";

const LEVELS: readonly PodSecurityLevel[] = ["baseline", "restricted"];
const VERSIONS: readonly PodSecurityVersion[] = [
  ...Array.from({ length: LATEST_MINOR + 1 }, (_, minor): PodSecurityVersion => `v1.${minor}`),
  "latest",
];
/** Those at which a control changes, and those before. */
const CHANGES: readonly PodSecurityVersion[] = [
  ...[0, 7, 8, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36].map(
    (minor): PodSecurityVersion => `v1.${minor}`,
  ),
  "latest",
];
/** Of all controls. A profile of seccomp and `/proc` have one for both levels. */
const REASONS = [
  "allowPrivilegeEscalation != false",
  "forbidden AppArmor profile",
  "forbidden sysctls",
  "host namespaces",
  "hostPath volume",
  "hostPort",
  "hostProcess",
  "non-default capabilities",
  "privileged",
  "probe or lifecycle host",
  "procMount",
  "restricted volume type",
  "runAsNonRoot != true",
  "runAsUser=0",
  "seLinuxOptions",
  "seccompProfile",
  "unrestricted capabilities",
];
const GENERATED = comparisonSize({ quick: 6_000, full: 100_000 });

const policies = new Map<string, Policy>();
let fixtures: readonly PodSecurityFixture[];

beforeAll(async () => {
  fixtures = await readPodSecurityFixtures();
});

function policyOf(level: PodSecurityLevel, version: string): Policy {
  const key = `${level} ${version}`;
  const known = VERSIONS.find((it) => it === version);
  if (known === undefined) throw new Error(`${version} is no known version`);
  const found = policies.get(key) ?? podSecurity({ level, version: known });
  policies.set(key, found);
  return found;
}

/** Lines about questions to which the policy and the library answer differently. */
async function differences(questions: readonly PodQuestion[]) {
  const answers = await askGoPodSecurity(questions);
  const reasons = new Set(answers.flatMap((faults) => [...controlFaults(faults).keys()]));
  const lines: string[] = [];
  let denied = 0;
  for (const [index, { level, version, pod }] of questions.entries()) {
    const verdict = await judgeCreate(policyOf(level, version), OBJECT_KINDS.Pod, pod);
    const answer = answers[index] ?? [];
    if (answer.length > 0) denied += 1;
    const found = faultDifferences(controlFaults(answer), controlFaults(faultsOfMessages(messagesOf(verdict))));
    if (verdict.allowed !== (answer.length === 0)) found.push(verdict.allowed ? "is allowed" : "is denied");
    if (found.length > 0) lines.push(`${level} ${version} ${found.join(", ")}: ${JSON.stringify(pod)}`);
  }
  return { lines, denied, reasons: [...reasons].sort() };
}

it("judges each fixture at its level and version as the library and its folder do", async () => {
  expect(fixtures.length).toBeGreaterThan(4_500);
  const { lines, denied } = await differences(fixtures);
  expect(lines).toEqual([]);
  expect(denied).toBe(fixtures.filter(({ passes }) => !passes).length);
  reportCounts("fixtures at their level and version", { judged: fixtures.length, denied });
});

it("judges the Pods of the fixtures at both levels and at each version with a change as the library does", {
  timeout: patience(120_000),
}, async () => {
  const questions = podsOf(fixtures).flatMap((pod) =>
    LEVELS.flatMap((level) => CHANGES.map((version) => ({ level, version, pod }))),
  );
  const { lines, denied } = await differences(questions);
  expect(lines.slice(0, 10)).toEqual([]);
  reportCounts("fixtures at other levels and versions", { judged: questions.length, denied });
});

it("judges generated Pods at random levels and versions as the library does", {
  timeout: patience(GENERATED * 20),
}, async () => {
  const random = new SeededRandom(7);
  const pods = new GeneratedPods({ seed: 1, isOdd: true });
  const questions = pods.take(GENERATED).map((pod) => ({
    level: random.pick(LEVELS),
    version: random.pick(VERSIONS),
    pod,
  }));
  const { lines, denied, reasons } = await differences(questions);
  expect(lines.slice(0, 10)).toEqual([]);
  expect(reasons).toEqual(REASONS);
  // Pods of one verdict would show little.
  expect(Math.min(denied, GENERATED - denied)).toBeGreaterThan(GENERATED / 10);
  reportCounts("generated Pods", { judged: questions.length, denied });
});
