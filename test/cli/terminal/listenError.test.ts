import { describe, expect, it } from "vitest";
import { CliError } from "../../../src/cli/terminal/CliError.ts";
import { listenError } from "../../../src/cli/terminal/listenError.ts";

const withCode = (code: string, message = "") => Object.assign(new Error(message), { code });

describe("listenError", () => {
  it.each<[code: string, of: string, message: string]>([
    ["EADDRINUSE", "port-in-use", "port 8443 is in use; choose another with --port, or stop what listens there"],
    ["EACCES", "cannot-serve", "port 8443 is not permitted for this user; choose one above 1023 with --port"],
    [
      "EADDRNOTAVAIL",
      "cannot-serve",
      "the address of --host does not belong to this machine; give one that it has, or 0.0.0.0 for all",
    ],
    [
      "ENOTFOUND",
      "cannot-serve",
      "the address of --host does not belong to this machine; give one that it has, or 0.0.0.0 for all",
    ],
    [
      "ERR_OSSL_X509_KEY_VALUES_MISMATCH",
      "cannot-serve",
      "certificate and key cannot be used together: key values mismatch",
    ],
  ])("turns %s into a CliError %s", (code, of, message) => {
    const cause = withCode(code, "key values mismatch");
    const fault = listenError(cause, 8443);
    expect(fault).toBeInstanceOf(CliError);
    expect(fault).toMatchObject({ code: of, message, cause });
  });

  it.each([[withCode("EPIPE")], [new Error("x")], ["text"], [undefined]])("returns %s unchanged", (error) => {
    expect(listenError(error, 1)).toBe(error);
  });
});
