import { expect, it } from "vitest";
import { pathText } from "../../../../src/cli/dev/print/pathText.ts";

it.each([
  ["/c/local/validate/pods", "/c/{cluster}/validate/{entry} local"],
  ["/healthz", "/healthz"],
  ["/k/SECRET/c/local/validate", "/k/{token}/c/{cluster}/validate local"],
  ["/SECRET", "/{other}"],
  ["/c/local/SECRET", "/{other}"],
  ["/c/../SECRET/c/local/validate", "/{other}"],
])("pathText(%s) is %s", (path, text) => {
  expect(pathText(path)).toBe(text);
});
