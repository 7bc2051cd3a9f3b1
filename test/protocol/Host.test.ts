import { describe, expect, it } from "vitest";
import { Host } from "../../src/protocol/Host.ts";

const LABEL_63 = "a".repeat(63);
/** 253 characters: the longest DNS name. */
const NAME_253 = `${`${LABEL_63}.`.repeat(3)}${"b".repeat(61)}`;

it.each<[text: string, forms: { name: string; inUrl: string; serverName: string | undefined }]>([
  ["gate", { name: "gate", inUrl: "gate", serverName: "gate" }],
  ["gate.example.com", { name: "gate.example.com", inUrl: "gate.example.com", serverName: "gate.example.com" }],
  ["gate.example.com.", { name: "gate.example.com.", inUrl: "gate.example.com.", serverName: "gate.example.com" }],
  ["Gate.EXAMPLE.com", { name: "Gate.EXAMPLE.com", inUrl: "gate.example.com", serverName: "gate.example.com" }],
  ["GATE.example.com.", { name: "GATE.example.com.", inUrl: "gate.example.com.", serverName: "gate.example.com" }],
  ["Bücher.example", { name: "Bücher.example", inUrl: "xn--bcher-kva.example", serverName: "xn--bcher-kva.example" }],
  ["*.example.com", { name: "*.example.com", inUrl: "*.example.com", serverName: "*.example.com" }],
  [LABEL_63, { name: LABEL_63, inUrl: LABEL_63, serverName: LABEL_63 }],
  [NAME_253, { name: NAME_253, inUrl: NAME_253, serverName: NAME_253 }],
  [`${NAME_253}.`, { name: `${NAME_253}.`, inUrl: `${NAME_253}.`, serverName: NAME_253 }],
  ["1.example.com", { name: "1.example.com", inUrl: "1.example.com", serverName: "1.example.com" }],
  ["10.0.0.1.example", { name: "10.0.0.1.example", inUrl: "10.0.0.1.example", serverName: "10.0.0.1.example" }],
  ["1.2.3", { name: "1.2.3", inUrl: "1.2.0.3", serverName: undefined }],
  ["0x7f.1", { name: "0x7f.1", inUrl: "127.0.0.1", serverName: undefined }],
  ["2130706433", { name: "2130706433", inUrl: "127.0.0.1", serverName: undefined }],
  ["10.0.0.1", { name: "10.0.0.1", inUrl: "10.0.0.1", serverName: undefined }],
  ["255.255.255.255", { name: "255.255.255.255", inUrl: "255.255.255.255", serverName: undefined }],
  ["10.0.0.1.", { name: "10.0.0.1.", inUrl: "10.0.0.1", serverName: undefined }],
  ["::1", { name: "::1", inUrl: "[::1]", serverName: undefined }],
  ["[::1]", { name: "::1", inUrl: "[::1]", serverName: undefined }],
  ["::", { name: "::", inUrl: "[::]", serverName: undefined }],
  ["[::]", { name: "::", inUrl: "[::]", serverName: undefined }],
  ["2001:DB8::A", { name: "2001:DB8::A", inUrl: "[2001:db8::a]", serverName: undefined }],
  ["[2001:DB8::A]", { name: "2001:DB8::A", inUrl: "[2001:db8::a]", serverName: undefined }],
  ["::ffff:10.0.0.1", { name: "::ffff:10.0.0.1", inUrl: "[::ffff:a00:1]", serverName: undefined }],
  ["2001:db8:0:1:2:3:4:5", { name: "2001:db8:0:1:2:3:4:5", inUrl: "[2001:db8:0:1:2:3:4:5]", serverName: undefined }],
  ["[0:0:0:0:0:0:0:1]", { name: "0:0:0:0:0:0:0:1", inUrl: "[::1]", serverName: undefined }],
  [
    "2001:0db8:0000:0000:0000:0000:0000:000A",
    { name: "2001:0db8:0000:0000:0000:0000:0000:000A", inUrl: "[2001:db8::a]", serverName: undefined },
  ],
  ["fe80::1%eth0", { name: "fe80::1%eth0", inUrl: "[fe80::1%eth0]", serverName: undefined }],
  ["gate/path", { name: "gate/path", inUrl: "gate/path", serverName: "gate/path" }],
  ["ga\nte", { name: "ga\nte", inUrl: "ga\nte", serverName: "ga\nte" }],
  ["", { name: "", inUrl: "", serverName: "" }],
  ["[]", { name: "[]", inUrl: "[]", serverName: "[]" }],
  ["[gate", { name: "[gate", inUrl: "[gate", serverName: "[gate" }],
  ["gate]", { name: "gate]", inUrl: "gate]", serverName: "gate]" }],
])("Host of %s has its forms for DNS, URLs and SNI", (text, { name, inUrl, serverName }) => {
  const host = new Host(text);
  expect(host.name).toBe(name);
  expect(host.inUrl).toBe(inUrl);
  expect(host.serverName).toBe(serverName);
});

describe("Host.ofUrl", () => {
  it.each<[url: string, name: string, inUrl: string]>([
    ["https://gate.example.com", "gate.example.com", "gate.example.com"],
    ["https://gate.example.com:8443/c/prod/validate?x=y#z", "gate.example.com", "gate.example.com"],
    ["https://user:password@gate.example.com/", "gate.example.com", "gate.example.com"],
    ["https://gate.example.com./", "gate.example.com.", "gate.example.com."],
    ["https://GATE.Example.com/", "gate.example.com", "gate.example.com"],
    ["https://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example"],
    [`https://${LABEL_63}.example/`, `${LABEL_63}.example`, `${LABEL_63}.example`],
    [`https://${NAME_253}/`, NAME_253, NAME_253],
    ["https://10.0.0.1:8443/", "10.0.0.1", "10.0.0.1"],
    ["https://10.0.0.1./", "10.0.0.1", "10.0.0.1"],
    ["https://0x7f.1/", "127.0.0.1", "127.0.0.1"],
    ["https://[::1]/", "::1", "[::1]"],
    ["https://[2001:DB8:0:0:0:0:0:A]:8443/", "2001:db8::a", "[2001:db8::a]"],
    ["https://[::ffff:10.0.0.1]/", "::ffff:a00:1", "[::ffff:a00:1]"],
  ])("returns the host of %s", (url, name, inUrl) => {
    const host = Host.ofUrl(url);
    expect(host.name).toBe(name);
    expect(host.inUrl).toBe(inUrl);
  });

  it.each<[url: string, serverName: string | undefined]>([
    ["https://GATE.example.com.:8443/", "gate.example.com"],
    ["https://10.0.0.1./", undefined],
    ["https://[::1]:8443/", undefined],
  ])("returns for %s a host with the right name for SNI", (url, serverName) => {
    expect(Host.ofUrl(url).serverName).toBe(serverName);
  });

  it.each(["", "gate.example.com", "https://", "https://[::1", "https://::1/", "https://1.2.3.400/", "https://a b/"])(
    "throws TypeError for %j, which is not a URL",
    (text) => {
      expect(() => Host.ofUrl(text)).toThrow(TypeError);
    },
  );
});

describe("Host.canParse", () => {
  it.each([
    "gate",
    "Gate.example.com.",
    "bücher.example",
    "*.example.com",
    "10.0.0.1",
    "0x7f.1",
    "::1",
    "[0:0::1]",
    "::ffff:10.0.0.1",
  ])("accepts %s, which can be in a URL", (text) => expect(Host.canParse(text)).toBe(true));

  it.each([
    "",
    "https://gate",
    "gate:8443",
    "[::1]:8443",
    "gate/c/prod",
    "user@gate",
    "gate?x",
    "gate#x",
    "a b",
    "ga\tte",
    "1.2.3.400",
    "fe80::1%eth0",
    "::1::",
  ])("refuses %j", (text) => expect(Host.canParse(text)).toBe(false));
});

it.each([
  ["localhost", true],
  ["LOCALHOST.", true],
  ["gate.localhost", true],
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["0:0:0:0:0:0:0:1", true],
  ["localhost.example.com", false],
  ["notlocalhost", false],
  ["128.0.0.1", false],
  ["127.0.0.1.example.com", false],
  ["::2", false],
])("Host %s is loopback: %s", (text, isLoopback) => {
  expect(new Host(text).isLoopback).toBe(isLoopback);
});
