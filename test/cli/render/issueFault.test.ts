import { expect, it } from "vitest";
import { issueFault } from "../../../src/cli/render/issueFault.ts";
import { HttpCallError } from "../../../src/http/HttpCallError.ts";
import { CapabilityError } from "../../../src/sync/capability/CapabilityError.ts";

const place = { url: "https://localhost:8443/hooks", hasRoots: false };
/** As `fetchCapability` rejects for an error of Node. */
function failed(code: string): CapabilityError {
  const system = Object.assign(new Error("of node"), { code });
  const http = new HttpCallError("localhost:8443", `cannot be called: ${code}`, system);
  return new CapabilityError(http.message, http);
}

it.each<[code: string, fault: string]>([
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "localhost:8443 serves a certificate of no public CA (CODE): give its roots with --ca FILE",
  ],
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "localhost:8443 serves a certificate of no public CA (CODE): give its roots with --ca FILE",
  ],
  ["CERT_HAS_EXPIRED", "localhost:8443 serves a certificate that has expired (CODE): renew it"],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "localhost:8443 serves a certificate for other hosts (CODE): compare its names with --url",
  ],
  ["ENOTFOUND", "the name of localhost:8443 does not resolve (CODE): check --url"],
  ["ECONNREFUSED", "nothing listens at localhost:8443 (CODE): check --url, and that the gate is deployed"],
  ["ECONNRESET", "localhost:8443 cannot be called: CODE"],
])("issueFault of %s", (code, fault) => {
  expect(issueFault(failed(code), place)).toBe(fault.replace("CODE", code));
});

it("issueFault says that --ca has other roots", () => {
  const fault =
    "localhost:8443 serves a certificate of another CA than those of --ca (SELF_SIGNED_CERT_IN_CHAIN): give the roots that it leads to";
  expect(issueFault(failed("SELF_SIGNED_CERT_IN_CHAIN"), { ...place, hasRoots: true })).toBe(fault);
});

it("issueFault repeats what the gate answers", () => {
  expect(issueFault(new CapabilityError("localhost:8443 answers 500"), place)).toBe("localhost:8443 answers 500");
});
