import { expect, it } from "vitest";
import { CliError, type CliErrorCode } from "../../src/cli/CliError.ts";
import { EXIT_DENIED, EXIT_DIFFERENT, EXIT_OK, EXIT_UNUSABLE, exitCode } from "../../src/cli/exitCode.ts";

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
  expect([EXIT_OK, EXIT_DENIED, EXIT_DIFFERENT, EXIT_UNUSABLE]).toEqual([0, 1, 1, 2]);
});

it.each(Object.keys(codes) as CliErrorCode[])("%s is no verdict", (code) => {
  expect(exitCode(code)).toBe(EXIT_UNUSABLE);
});
