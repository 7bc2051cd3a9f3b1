import { expect, it } from "vitest";
import { ignoredProxy } from "../../src/http/ignoredProxy.ts";

const PROXY = { HTTPS_PROXY: "http://user:hunter2-password@proxy.example.com:3128" };
const GATE = "https://gate.example.com";

// golang.org/x/net/http/httpproxy, which Go's http.ProxyFromEnvironment uses.
it.each<[string, Readonly<Record<string, string>>, string, boolean]>([
  ["no variable", {}, GATE, false],
  ["an empty variable", { HTTPS_PROXY: "" }, GATE, false],
  ["HTTPS_PROXY", PROXY, GATE, true],
  ["https_proxy", { https_proxy: "http://proxy:3128" }, GATE, true],
  ["only HTTP_PROXY, which is for http", { HTTP_PROXY: "http://proxy:3128" }, GATE, false],
  ["*", { ...PROXY, NO_PROXY: "*" }, GATE, false],
  ["the host", { ...PROXY, NO_PROXY: "a.b, Gate.Example.com" }, GATE, false],
  ["its domain", { ...PROXY, no_proxy: "example.com" }, GATE, false],
  ["its domain with a dot", { ...PROXY, NO_PROXY: ".example.com" }, GATE, false],
  ["its domain with a star", { ...PROXY, NO_PROXY: "*.example.com" }, GATE, false],
  ["a subdomain of it", { ...PROXY, NO_PROXY: ".gate.example.com" }, GATE, true],
  ["the end of a label", { ...PROXY, NO_PROXY: "ample.com" }, GATE, true],
  ["the host with its port", { ...PROXY, NO_PROXY: "gate.example.com:443" }, GATE, false],
  ["the host with another port", { ...PROXY, NO_PROXY: "gate.example.com:8443" }, GATE, true],
  ["an address", { ...PROXY, NO_PROXY: "10.96.0.80" }, "https://10.96.0.80", false],
  ["a range", { ...PROXY, NO_PROXY: "10.96.0.0/12" }, "https://10.96.0.80", false],
  ["another range", { ...PROXY, NO_PROXY: "10.0.0.0/16" }, "https://10.96.0.80", true],
  ["an invalid range", { ...PROXY, NO_PROXY: "10.96.0.0/99,/,x/8" }, "https://10.96.0.80", true],
  ["an IPv6 range", { ...PROXY, NO_PROXY: "fd00::/8" }, "https://[fd00::80]", false],
  ["an IPv6 address with a port", { ...PROXY, NO_PROXY: "[fd00::80]:443" }, "https://[fd00::80]", false],
  ["an IPv6 address in brackets without a port", { ...PROXY, NO_PROXY: "[fd00::80]" }, "https://[fd00::80]", true],
  ["another spelling of an address", { ...PROXY, NO_PROXY: "fd00:0:0::80" }, "https://[fd00::80]", false],
  ["a mapped address", { ...PROXY, NO_PROXY: "::ffff:10.96.0.80" }, "https://10.96.0.80", false],
  ["a range of mapped addresses", { ...PROXY, NO_PROXY: "::ffff:10.96.0.0/112" }, "https://10.96.0.80", false],
  ["the address of a mapped host", { ...PROXY, NO_PROXY: "10.96.0.80" }, "https://[::ffff:10.96.0.80]", false],
  ["all IPv6 addresses, for a mapped host", { ...PROXY, NO_PROXY: "::/0" }, "https://[::ffff:10.96.0.80]", true],
  ["a host with an empty port", { ...PROXY, NO_PROXY: "gate.example.com:" }, GATE, false],
  ["only a port", { ...PROXY, NO_PROXY: ":443" }, "https://gate.example.com.", true],
  ["a name that URLs spell in ASCII", { ...PROXY, NO_PROXY: "bücher.example" }, "https://xn--bcher-kva.example", false],
  ["localhost", PROXY, "https://localhost:8443", false],
  ["loopback", PROXY, "https://127.0.0.9", false],
  ["IPv6 loopback", PROXY, "https://[::1]", false],
])("ignoredProxy for %s", (_, env, url, isNoted) => {
  const note = ignoredProxy(env, ["https://127.0.0.1", url]);
  expect(note !== undefined).toBe(isNoted);
  if (isNoted) expect(note).toContain(`${new URL(url).host} is called directly`);
  expect(note ?? "").not.toMatch(/hunter2|proxy\.example/);
});
