import { expect, it } from "vitest";
import { hostOfPlace } from "../../../src/sync/target/hostOfPlace.ts";

it.each([
  ["gate.example.com", "gate.example.com"],
  ["gate.example.com:8443", "gate.example.com"],
  ["gate.example.com:*", "gate.example.com"],
  ["gate.example.com:8443/base", "gate.example.com"],
  ["gate.example.com/base", "gate.example.com"],
  ["10.96.0.80", "10.96.0.80"],
  ["::1", "::1"],
  ["2001:db8::1", "2001:db8::1"],
  ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
  ["[::1]", "::1"],
  ["[2001:db8::1]:8443/base", "2001:db8::1"],
  ["", ""],
])("hostOfPlace reads %s as the host %s", (line, host) => {
  expect(hostOfPlace(line)).toBe(host);
});
