import { expect, it } from "vitest";
import { isListedPlace, lineOfPlace } from "../../../src/sync/target/isListedPlace.ts";

it.each<[base: string, lines: readonly string[], isListed: boolean]>([
  ["https://gate.example.com", ["gate.example.com"], true],
  ["https://gate.example.com", ["other.example.com", "", " gate.example.com:443 "], true],
  ["https://gate.example.com/base", ["gate.example.com:443/base"], true],
  ["https://gate.example.com", ["gate.example.com:*"], true],
  ["https://gate.example.com:9443", ["gate.example.com:*"], true],
  ["https://gate.example.com:9443", ["gate.example.com:9443"], true],
  ["https://gate.example.com:9443/base", ["gate.example.com:9443/base"], true],
  ["https://10.96.0.80:8443", ["10.96.0.80:8443"], true],
  ["https://[::1]", ["::1"], true],
  ["https://[::1]", ["[::1]"], true],
  ["https://[::1]", ["[::1]:443"], true],
  ["https://[fe80::443]:8443", ["[fe80::443]:8443"], true],
  ["https://[fe80::443]", ["[fe80::443]:443"], true],
  ["https://[::1]:9443", ["[::1]:*"], true],
  ["https://gate.example.com:9443", ["gate.example.com"], false],
  ["https://gate.example.com:9443", ["gate.example.com:443"], false],
  ["https://gate.example.com:4430", ["gate.example.com:443"], false],
  ["https://gate.example.com", ["gate.example.com:4430", "gate.example.com:443x"], false],
  ["https://gate.example.com:9443/base", ["gate.example.com:*"], false],
  ["https://gate.example.com/base", ["gate.example.com"], false],
  ["https://gate.example.com", ["gate.example.com/base"], false],
  ["https://gate.example.com", ["GATE.example.com", "https://gate.example.com", "*"], false],
  ["https://gate.example.com/c/x", ["gate.example.com/c/x"], false],
  ["https://[::1]:9443", ["::1"], false],
  ["https://gate.example.com", [], false],
])("%s at the lines %j: isListedPlace is %s, as the policy", (base, lines, isListed) => {
  expect(isListedPlace(lines, base)).toBe(isListed);
});

it.each([
  ["https://gate.example.com", "gate.example.com"],
  ["https://gate.example.com:9443/base", "gate.example.com:9443/base"],
  ["https://[::1]", "::1"],
  ["https://[::1]:9443", "[::1]:9443"],
])("%s is listed by the line %s", (base, line) => {
  expect(lineOfPlace(base)).toBe(line);
  expect(isListedPlace([line], base)).toBe(true);
});
