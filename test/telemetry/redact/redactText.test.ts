import { expect, it } from "vitest";
import { redactText } from "../../../src/telemetry/redact/redactText.ts";

const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwb3N0ZXJuIn0.c2lnbmF0dXJl";

it.each([
  ["nothing of interest in /c/production/validate", "nothing of interest in /c/production/validate"],
  ["https://gate.example/k/s3cr3t.to-ken/c/a/validate", "https://gate.example/k/(hidden)/c/a/validate"],
  [`{"url":"https://h/k/s3cr3t"}`, `{"url":"https://h/k/(hidden)"}`],
  ["Authorization: Bearer abc.def-_~+/==", "Authorization: Bearer (hidden)"],
  ["basic dXNlcjpwYXNz failed", "basic (hidden) failed"],
  [`token ${JWT} was refused`, "token (hidden) was refused"],
  ["https://user:s3cr3t@h/c/a/validate", "https://(hidden)@h/c/a/validate"],
  ["redis://:s3cr3t@cache:6379 refused", "redis://(hidden)@cache:6379 refused"],
  ["postgres+ssl://user:s3cr3t@db/x", "postgres+ssl://(hidden)@db/x"],
  ["GET https://h/c/a/validate?token=s3cr3t&timeout=5s failed", "GET https://h/c/a/validate?(hidden) failed"],
  [`{"url":"http://h?s3cr3t"}`, `{"url":"http://h?(hidden)"}`],
  ["https://h/is this a query?", "https://h/is this a query?"],
  ["-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEE\\n-----END EC PRIVATE KEY-----", "(hidden)-----END EC PRIVATE KEY-----"],
  ["cut: -----BEGIN PRIVATE KEY-----\nMHcCAQEE", "cut: (hidden)"],
  ["-----BEGIN CERTIFICATE-----\nMIIB", "-----BEGIN CERTIFICATE-----\nMIIB"],
  ["a bearer of news", "a bearer (hidden) news"],
])("redactText(%j)", (text, redacted) => {
  expect(redactText(text)).toBe(redacted);
});
