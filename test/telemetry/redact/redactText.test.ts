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
  ["a bearer of news", "a bearer (hidden) news"],
])("redactText(%j)", (text, redacted) => {
  expect(redactText(text)).toBe(redacted);
});
