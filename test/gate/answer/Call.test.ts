import { expect, it } from "vitest";
import { httpsUrl } from "../../../src/gate/answer/Call.ts";

it.each([
  ["https://gate.example.com/c/a/validate", "https://gate.example.com/c/a/validate"],
  ["https://gate.example.com/c/a/validate?timeout=5s", "https://gate.example.com/c/a/validate"],
  ["http://gate.example.com/c/a/validate?timeout=5s", "https://gate.example.com/c/a/validate"],
  // Behind a proxy that ends TLS: the port of https is not a part of its URLs.
  ["http://gate.example.com:443/c/a/validate", "https://gate.example.com/c/a/validate"],
  ["http://[2001:db8::443]:443/c/a", "https://[2001:db8::443]/c/a"],
  ["http://[2001:db8::443]/c/a", "https://[2001:db8::443]/c/a"],
  ["http://gate.example.com:8443/c/a", "https://gate.example.com:8443/c/a"],
  ["http://gate.example.com:4430/c/a", "https://gate.example.com:4430/c/a"],
  ["http://gate.example.com/c/a:443/", "https://gate.example.com/c/a:443/"],
])("httpsUrl of %s is %s", (href, url) => {
  expect(httpsUrl(href)).toBe(url);
});
