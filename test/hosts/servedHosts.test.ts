import { describe, expect, it } from "vitest";
import { isServedHost, servedHosts } from "../../src/hosts/servedHosts.ts";

it.each([
  [undefined, undefined],
  ["", undefined],
  ["  ", undefined],
  ["gate.example.com", ["gate.example.com"]],
  ["Gate.Example.com, gate.example.com:8443", ["gate.example.com", "gate.example.com:8443"]],
  ["[::1]:8443,127.0.0.1", ["[::1]:8443", "127.0.0.1"]],
])("reads %j", (text, hosts) => {
  const read = servedHosts(text);
  expect(read === undefined ? undefined : [...read]).toEqual(hosts);
});

describe("refuses", () => {
  it.each([
    "https://gate.example.com",
    "gate.example.com/hooks",
    "gate.example.com:443",
    "gate.example.com:99999",
    "me@gate.example.com",
    "*.example.com",
    "gate.example.com,,",
    "gate example",
    "gate.example.com?x",
    "[::1",
  ])("%j", (text) => {
    expect(() => servedHosts(text)).toThrow(/^gate: POSTERN_HOSTS has .* no host of a URL/);
  });
});

describe("the host of a called URL", () => {
  const hosts = servedHosts("gate.example.com,gate.example.com:8443,127.0.0.1") ?? new Set();

  it.each<[url: string, isServed: boolean]>([
    ["https://gate.example.com/c/production/validate", true],
    ["http://gate.example.com/c/production/validate", true],
    ["https://gate.example.com:8443/c/production/validate?timeout=10s", true],
    ["http://gate.example.com:443/c/production/validate", true],
    ["https://127.0.0.1/", true],
    ["https://gate.example.com", true],
    ["https://gate.example.com:80/", false],
    ["https://gate.example.com:4430/", false],
    ["https://gate.example.com:443:443/", false],
    ["https://gate.example.com./", false],
    ["https://other.example.com/gate.example.com", false],
    ["https://other.example.com?gate.example.com/", false],
    ["https://gate.example.com@other.example.com/", false],
    ["https://other@gate.example.com/", false],
    ["https://GATE.example.com/", false],
    // No URL has these hosts.
    ["https://1.2.3.256/", false],
    ["https://999.999.999.999/", false],
    ["https://1.2.3.4.5/", false],
    ["https://gate.example.com:99999/", false],
    ["https://[::1/", false],
    ["https:///gate.example.com/", false],
    ["gate.example.com", false],
    ["", false],
  ])("of %s", (url, isServed) => {
    expect(isServedHost(hosts, url)).toBe(isServed);
  });
});
