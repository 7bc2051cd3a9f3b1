import { describe, expect, it } from "vitest";
import { lowestVersion, servedVersions } from "../../../src/tls/pair/servedVersions.ts";

describe("servedVersions are the versions that the process allows, and never TLS 1.1", () => {
  const ciphers = "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256";

  it.each([
    ["TLSv1.2", "TLSv1.3", ["TLSv1.3", "TLSv1.2"], "TLSv1.2"],
    ["TLSv1.2", "TLSv1.2", ["TLSv1.2"], "TLSv1.2"],
    ["TLSv1.3", "TLSv1.3", ["TLSv1.3"], "TLSv1.3"],
    ["TLSv1", "TLSv1.3", ["TLSv1.3", "TLSv1.2"], "TLSv1.2"],
    ["TLSv1.1", "TLSv1.2", ["TLSv1.2"], "TLSv1.2"],
  ])("from %s to %s: %j", (min, max, versions, lowest) => {
    expect(servedVersions({ min, max, ciphers })).toEqual(versions);
    expect(lowestVersion({ min })).toBe(lowest);
  });

  it.each([
    ["TLS_AES_128_GCM_SHA256", ["TLSv1.3"]],
    ["TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:", ["TLSv1.3"]],
    ["ECDHE-RSA-AES128-GCM-SHA256", ["TLSv1.3", "TLSv1.2"]],
    ["DEFAULT", ["TLSv1.3", "TLSv1.2"]],
  ])("with the ciphers %s: %j", (list, versions) => {
    expect(servedVersions({ min: "TLSv1.2", max: "TLSv1.3", ciphers: list })).toEqual(versions);
  });

  it("of this process are both", () => {
    expect(servedVersions()).toEqual(["TLSv1.3", "TLSv1.2"]);
  });
});
