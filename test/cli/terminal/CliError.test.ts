import { expect, it } from "vitest";
import { CliError } from "../../../src/cli/terminal/CliError.ts";
import {
  EXIT_DENIED,
  EXIT_DIFFERENT,
  EXIT_FAILED,
  EXIT_NOT_IN_STEP,
  EXIT_OK,
  EXIT_ROLLED_BACK,
  exitCode,
  type ShownErrorCode,
} from "../../../src/cli/terminal/exitCode.ts";

const codes: Record<ShownErrorCode, true> = {
  usage: true,
  "unreadable-input": true,
  "bad-gate": true,
  "build-failed": true,
  "port-in-use": true,
  "cannot-serve": true,
  "missing-package": true,
  "missing-secret": true,
  stalled: true,
  "bad-local-ca": true,
  "bad-ca-bundle": true,
  "bad-config": true,
  "unreadable-config": true,
  "cluster-refused": true,
  "cluster-unreachable": true,
  "writes-do-not-stay": true,
  "lease-held": true,
  "changed-in-between": true,
  stopped: true,
  "not-announced": true,
  "not-issued": true,
};
/** Codes of errors after which the next run may succeed without a change. */
const OTHERS: Partial<Record<ShownErrorCode, number>> = {
  "lease-held": EXIT_NOT_IN_STEP,
  "changed-in-between": EXIT_NOT_IN_STEP,
  stopped: EXIT_NOT_IN_STEP,
  "not-announced": EXIT_NOT_IN_STEP,
};

it("CliError has a code, a message and a cause", () => {
  const cause = new Error("why");
  expect(new CliError("usage", "what", cause)).toMatchObject({
    name: "CliError",
    code: "usage",
    message: "what",
    cause,
  });
});

it("the exit codes have the documented numbers", () => {
  expect([EXIT_OK, EXIT_DENIED, EXIT_DIFFERENT, EXIT_NOT_IN_STEP]).toEqual([0, 1, 1, 1]);
  expect([EXIT_FAILED, EXIT_ROLLED_BACK]).toEqual([2, 3]);
});

it.each(Object.keys(codes) as ShownErrorCode[])(
  "exitCode of %s is not that of a denial, except where the next run may succeed",
  (code) => {
    expect(exitCode(code)).toBe(OTHERS[code] ?? EXIT_FAILED);
  },
);
