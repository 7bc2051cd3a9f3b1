import { expect, it } from "vitest";
import { connectionFault } from "../../src/doctor/connectionFault.ts";

it.each([
  ["wrong version number", "it answers without TLS, such as with plain HTTP"],
  ["connect ECONNREFUSED 127.0.0.1:1", "connection refused"],
  ["read ECONNRESET", "connection closed by the server"],
  ["connect EHOSTUNREACH 2001:db8::1:443 - Local (:::0)", "no route to the address"],
  [
    "nonexistent.invalid has no address; getaddrinfo ENOTFOUND nonexistent.invalid; getaddrinfo ENOTFOUND nonexistent.invalid",
    "nonexistent.invalid has no address; no DNS record",
  ],
  ["a.example has no address; queryA ESERVFAIL a.example", "a.example has no address; the DNS servers do not answer"],
  ["no answer in 5000 ms", "no answer in 5000 ms"],
])("connectionFault(%j) is %j", (text, words) => {
  expect(connectionFault(text)).toBe(words);
});
