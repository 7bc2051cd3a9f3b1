import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { redactHeaders } from "../../../src/telemetry/redact/redactHeaders.ts";

const key = new TextEncoder().encode("a key of 32 bytes, for an HMAC..");
const hmac = (address: string): string => `hmac-sha256:${createHmac("sha256", key).update(address).digest("hex")}`;

describe("redactHeaders", () => {
  it.each([
    "authorization",
    "Proxy-Authorization",
    "X-Forwarded-Authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-amz-security-token",
    "cf-access-jwt-assertion",
    "x-forwarded-client-cert",
    "ssl-client-cert",
    "x-ssl-client-s-dn",
    "client-cert",
    "client-cert-chain",
    "x-amzn-mtls-clientcert-leaf",
    "cf-client-cert-sha256",
  ])("drops %s", async (name) => {
    expect(await redactHeaders([[name, "secret"]], { key })).toEqual({});
  });

  it.each([
    "x-forwarded-for",
    "X-Real-IP",
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "true-client-ip",
    "x-client-ip",
    "forwarded",
  ])("replaces the address of %s by its HMAC", async (name) => {
    expect(await redactHeaders([[name, "203.0.113.7"]], { key })).toEqual({
      [name.toLowerCase()]: hmac("203.0.113.7"),
    });
  });

  it("replaces each address of a list", async () => {
    expect(await redactHeaders([["x-forwarded-for", "203.0.113.7,2001:db8::1"]], { key })).toEqual({
      "x-forwarded-for": `${hmac("203.0.113.7")}, ${hmac("2001:db8::1")}`,
    });
  });

  it.each([
    ["203.0.113.7:4711", "203.0.113.7"],
    ["[203.0.113.7]:4711", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["[::FFFF:203.0.113.7]:443", "203.0.113.7"],
    ["[2001:DB8::1]:443", "2001:db8::1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["::1", "::1"],
    // What is no address stays a text of its own.
    ["203.0.113.7:port", "203.0.113.7:port"],
    ["unknown", "unknown"],
    ["", ""],
  ])("gives %j the value of the address %j", async (written, address) => {
    expect(await redactHeaders([["x-real-ip", written]], { key })).toEqual({ "x-real-ip": hmac(address) });
  });

  it("keeps the last 16 addresses of a list", async () => {
    const addresses = Array.from({ length: 1_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    expect(await redactHeaders([["x-forwarded-for", addresses.join(",")]], { key })).toEqual({
      "x-forwarded-for": addresses.slice(-16).map(hmac).join(", "),
    });
  });

  it("replaces an address by its SHA-256 where that is asked for", async () => {
    const plain = createHash("sha256").update("203.0.113.7").digest("hex");
    expect(await redactHeaders([["x-forwarded-for", "203.0.113.7"]], { key: "plain" })).toEqual({
      "x-forwarded-for": `sha256:${plain}`,
    });
  });

  it("keeps other headers", async () => {
    const headers = new Headers({ "content-type": "application/json", "user-agent": "kube-apiserver-admission" });
    expect(await redactHeaders(headers, { key })).toEqual(Object.fromEntries(headers));
  });

  it("refuses a short key", async () => {
    await expect(redactHeaders([["x-real-ip", "203.0.113.7"]], { key: key.slice(0, 15) })).rejects.toThrow(RangeError);
  });
});
