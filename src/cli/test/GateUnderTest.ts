import type { Gate } from "../../gate/config/defineGate.ts";
import type { GateRuntime } from "../../gate/GateRuntime.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { judgeReviewLocally } from "../gate/judgeReviewLocally.ts";
import { localRuntime } from "../gate/localRuntime.ts";
import { settingsForCluster } from "../gate/settingsForCluster.ts";
import { CliError } from "../terminal/CliError.ts";
import { closestName } from "../terminal/closestName.ts";
import type { CaseResult } from "./CaseResult.ts";
import { aloneSettings } from "./judge/aloneSettings.ts";
import { failureOf } from "./judge/failureOf.ts";
import { PolicyJudge } from "./judge/PolicyJudge.ts";
import type { TableFault, TestCase } from "./table/TestTable.ts";

/** A gate whose policies are tested. */
export class GateUnderTest {
  readonly file: string;
  readonly gate: Gate;
  readonly #judges = new Map<string, PolicyJudge>();
  readonly #settings = new Map<string, Promise<ClusterSettings>>();
  readonly #all: GateRuntime;

  /** `wrap` may return another policy to be judged in place of one, such as one that is watched. */
  constructor(file: string, gate: Gate, now: () => number, wrap: (policy: Policy) => Policy) {
    this.file = file;
    this.gate = gate;
    for (const policy of gate.policies)
      this.#judges.set(policy.name, new PolicyJudge(wrap(policy), gate.conversions, now));
    this.#all = localRuntime(gate, NO_LOG, now);
  }

  /** The policy of a name; undefined for one that the gate does not have. */
  policy(name: string): Policy | undefined {
    return this.gate.policies.find((policy) => policy.name === name);
  }

  /** Runs a case, or returns why it cannot be run. */
  async run(test: TestCase): Promise<CaseResult | TableFault> {
    const policy = this.policy(test.policy);
    const judge = this.#judges.get(test.policy);
    if (policy === undefined || judge === undefined) return faultOf(test, "policy", this.#unknownPolicy(test.policy));
    const { expect } = test;
    if ((expect === "changed" || expect === "unchanged") && policy.mutate === undefined)
      return faultOf(test, "expect", `is ${expect}, and ${policy.name} is no mutator; write denied, warned or allowed`);
    const settings = await this.#settingsFor(policy, test.cluster);
    if (typeof settings === "string") return faultOf(test, test.cluster === undefined ? "policy" : "cluster", settings);
    const judgement = await judge.judge(test.review, settings, test.at);
    const failure = failureOf(test, judgement, policy.name);
    const notes = failure === undefined ? [] : await this.#notes(test, settings);
    return { test, judgement, failure, notes };
  }

  async #settingsFor(policy: Policy, cluster: string | undefined): Promise<ClusterSettings | string> {
    if (cluster === undefined) {
      const alone = aloneSettings(policy);
      if (typeof alone !== "string") return alone;
      return `${policy.name} needs parameters (${alone}); name a cluster that has them: cluster: NAME`;
    }
    const known = this.#settings.get(cluster) ?? settingsForCluster(this.gate, cluster);
    this.#settings.set(cluster, known);
    try {
      return await known;
    } catch (error) {
      if (error instanceof CliError) return error.message;
      throw error;
    }
  }

  /** Denials of other policies: a table that was written beside the wrong policy looks like one that fails. */
  async #notes(test: TestCase, settings: ClusterSettings): Promise<readonly string[]> {
    if (test.expect !== "denied" && test.expect !== "warned") return [];
    const { policies } = await judgeReviewLocally(this.#all, this.#settingsOfAll(test, settings), test.review, test.at);
    const others = policies.filter(
      (it) => it.policy !== test.policy && it.findings.some(({ effect }) => effect === "deny"),
    );
    const names = others.map((it) => it.policy);
    if (names.length === 0) return [];
    return [
      `${names.join(", ")} ${names.length === 1 ? "denies" : "deny"} the object, and this case is about ${test.policy}; name the policy that is meant`,
    ];
  }

  /** The settings of a case for all policies: without a cluster each is in mode `enforce`. */
  #settingsOfAll(test: TestCase, settings: ClusterSettings): ClusterSettings {
    if (test.cluster !== undefined) return settings;
    return {
      ...settings,
      paramsOf: (name) => {
        const policy = this.policy(name);
        const alone = policy === undefined ? "" : aloneSettings(policy);
        return typeof alone === "string" ? undefined : alone.paramsOf(name);
      },
    };
  }

  #unknownPolicy(name: string): string {
    const names = this.gate.policies.map((policy) => policy.name);
    const close = closestName(name, names);
    const shown = names.length <= 10 ? names.join(", ") : `${names.slice(0, 10).join(", ")}, …`;
    const hint =
      close === undefined ? (names.length === 0 ? "it has none" : `it has ${shown}`) : `did you mean ${close}?`;
    return `${JSON.stringify(name)} is no policy of ${this.file}; ${hint}`;
  }
}

const NO_LOG = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function faultOf({ file, name, lineOf }: TestCase, field: string, message: string): TableFault {
  return { file, line: lineOf(field), message: `${field}: ${message}`, test: name };
}
