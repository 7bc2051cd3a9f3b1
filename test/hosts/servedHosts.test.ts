import { describe, expect, it } from "vitest";
import { servedHosts } from "../../src/hosts/servedHosts.ts";

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
