import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withAdvice } from "../../../../src/cli/terminal/advice/withAdvice.ts";
import type { ShownErrorCode } from "../../../../src/cli/terminal/exitCode.ts";
import { patience } from "../../../run/speedFactor.ts";
import { OptionBed } from "../../OptionBed.ts";

describe("withAdvice adds what to do to a message that does not say it", () => {
  it.each<[code: ShownErrorCode, message: string, text: string]>([
    ["usage", "--to is before --from", "--to is before --from; see postern x --help"],
    ["usage", "no gate: name a gate with --gate FILE", "no gate: name a gate with --gate FILE"],
    [
      "usage",
      "--cert and --key need each other; --key is missing",
      "--cert and --key need each other; --key is missing",
    ],
    ["unreadable-input", "a.yaml: does not exist", "a.yaml: does not exist; check the path"],
    ["cluster-refused", "GET /x: 403 no", "GET /x: 403 no; use a user that may do this"],
    ["cluster-refused", "GET /x: 500 no.", "GET /x: 500 no; check --context, and what the API server says"],
    ["bad-gate", "gate.ts:1: one\ngate.ts:2: two", "gate.ts:1: one\ngate.ts:2: two; correct the file of the gate"],
    ["bad-config", "sync.yaml: gate: expected a name", "sync.yaml: gate: expected a name"],
  ])("%s: %j", (code, message, text) => expect(withAdvice({ code, message }, "postern x --help")).toBe(text));
});

describe("postern, as a process, ends an error with what to do", () => {
  let bed: OptionBed;
  beforeAll(async () => {
    bed = await OptionBed.start();
    bed.write("wrong.ts", "export default 1;\n");
    bed.write("broken.ts", "export default {;\n");
    bed.write("wrong.yaml", "nothing: true\n");
    bed.write("dead.kubeconfig", DEAD);
  }, patience(60_000));
  afterAll(() => bed.stop());

  const GATE = ["--gate", "gate.ts", "--cluster", "local", "--url", "https://gate.example.com"];
  it.each<[args: string]>([
    ["revew"],
    ["review"],
    ["review --gate none.ts pod.yaml"],
    ["review --gate wrong.ts pod.yaml"],
    ["review --gate broken.ts pod.yaml"],
    ["review --gate gate.ts --cluster none pod.yaml"],
    ["review --use none pod.yaml"],
    ["new policy Wrong"],
    ["new policy there"],
    ["explain nothing-of-this-name"],
    ["render --gate gate.ts --cluster local --url http://x"],
    [`render ${GATE.join(" ")} --ca none.pem`],
    [`render ${GATE.join(" ")} --diff --kubeconfig none`],
    [`render ${GATE.join(" ")} --diff --kubeconfig dead.kubeconfig`],
    [`render ${GATE.join(" ")} --context here`],
    ["serve --gate gate.ts --cert none.crt --key none.key"],
    ["serve --gate gate.ts --cert tls.crt"],
    ["sync --config none.yaml"],
    ["sync --config wrong.yaml"],
    ["sync --config sync.yaml --dry-run --kubeconfig dead.kubeconfig"],
    ["announce --config none.yaml"],
    ["announce --config wrong.yaml"],
    ["rollout --kubeconfig none"],
    ["doctor --kubeconfig none"],
    ["doctor --kubeconfig dead.kubeconfig"],
    ["doctor --kubeconfig kubeconfig --context none"],
    ["doctor --preflight http://x"],
    ["enroll --cluster one --kubeconfig dead.kubeconfig"],
    ["enroll --cluster one --tier client-certificate --certificate none.pem"],
    ["keys list none.json"],
    ["keys new --out keys.json"],
    ["keys drop keys.json none"],
    ["records verify --key none records.jsonl"],
    ["records verify --key records.jwks none.jsonl"],
    ["records query --from 2026-02-01 --to 2026-01-01 records.jsonl"],
    ["records export --format csv none"],
    ["records prove none none.jsonl"],
    ["records key records.jsonl"],
    ["tls-sidecar --cert none --key none --out out --reload-command true"],
    ["completion tcsh"],
  ])(
    "%s",
    async (args) => {
      const { err } = await bed.run(args.split(" "));
      const lines = err
        .trimEnd()
        .split("\n")
        .filter((line) => line.startsWith("postern: "));
      expect(lines).not.toEqual([]);
      // An imperative, what was expected, or the help to read.
      expect(lines.at(-1)).toMatch(
        /; (?:see|check|use|give|name|choose|correct|set|run|write|postern explain|the first column|it |delete|stop|--\w+ is missing)\b|\bexpected\b|such as|\bneeds? --|: (?:name|use) /,
      );
    },
    patience(40_000),
  );
});

/** A kubeconfig of an API server that does not answer. */
const DEAD = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "u", user: { token: "t" } }],
  contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
  "current-context": "here",
});
