import { expect, it } from "vitest";
import { CliError, type CliErrorCode } from "../../../src/cli/terminal/CliError.ts";
import {
  EXIT_DENIED,
  EXIT_DIFFERENT,
  EXIT_NOT_IN_STEP,
  EXIT_OK,
  EXIT_ROLLED_BACK,
  EXIT_UNUSABLE,
  exitCode,
} from "../../../src/cli/terminal/exitCode.ts";

const codes: Record<CliErrorCode, true> = {
  usage: true,
  "unreadable-input": true,
  "bad-gate": true,
  "build-failed": true,
  "port-in-use": true,
  "cannot-serve": true,
  "missing-package": true,
  "bad-local-ca": true,
  "bad-ca-bundle": true,
  "cluster-refused": true,
  "cluster-unreachable": true,
  "bad-sync-config": true,
  "sync-held": true,
  "bad-announce-config": true,
  "not-announced": true,
};
/** Not about usage or surroundings: another run is at work, or a provider does not answer. */
const OTHERS: Partial<Record<CliErrorCode, number>> = {
  "sync-held": EXIT_NOT_IN_STEP,
  "not-announced": EXIT_NOT_IN_STEP,
};

it("has a code, a message and a cause", () => {
  const cause = new Error("why");
  expect(new CliError("usage", "what", cause)).toMatchObject({
    name: "CliError",
    code: "usage",
    message: "what",
    cause,
  });
});

it("exit codes are documented numbers", () => {
  expect([EXIT_OK, EXIT_DENIED, EXIT_DIFFERENT, EXIT_NOT_IN_STEP]).toEqual([0, 1, 1, 1]);
  expect([EXIT_UNUSABLE, EXIT_ROLLED_BACK]).toEqual([2, 3]);
});

it.each(Object.keys(codes) as CliErrorCode[])("%s is no verdict", (code) => {
  expect(exitCode(code)).toBe(OTHERS[code] ?? EXIT_UNUSABLE);
});
