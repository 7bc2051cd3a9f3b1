import { describe, expect, it } from "vitest";
import { CliError } from "../../../src/cli/terminal/CliError.ts";
import { systemFault } from "../../../src/cli/terminal/systemFault.ts";

const withCode = (code: string, message = "") => Object.assign(new Error(message), { code });

describe("systemFault", () => {
  it.each<[code: string, of: string, message: string]>([
    ["EADDRINUSE", "port-in-use", "port 8443 is in use; choose another with --port, or stop what listens there"],
    ["EACCES", "cannot-serve", "port 8443 may not be used by this user; choose one above 1023 with --port"],
    ["EADDRNOTAVAIL", "cannot-serve", "the host's address is none of this machine's"],
    ["ENOTFOUND", "cannot-serve", "the host's address is none of this machine's"],
    [
      "ERR_OSSL_X509_KEY_VALUES_MISMATCH",
      "cannot-serve",
      "certificate and key cannot be used together: key values mismatch",
    ],
  ])("%s", (code, of, message) => {
    const cause = withCode(code, "key values mismatch");
    const fault = systemFault(cause, 8443);
    expect(fault).toBeInstanceOf(CliError);
    expect(fault).toMatchObject({ code: of, message, cause });
  });

  it.each([[withCode("EPIPE")], [new Error("x")], ["text"], [undefined]])("leaves %s as it is", (error) => {
    expect(systemFault(error, 1)).toBe(error);
  });
});
