import { readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";
import { RecordSigner } from "../../../../src/records/chain/RecordSigner.ts";
import { TrustedKeys } from "../../../../src/records/chain/verify/TrustedKeys.ts";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed } from "../RecordsBed.ts";

it("postern records key makes a private key that only its owner can read, and its public key", async () => {
  const { folder } = RecordsBed.create();
  const path = `${folder.path}/key.json`;
  const { code, out, err } = await runPostern(["records", "key", path]);
  expect([code, err]).toEqual([0, ""]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const text = readFileSync(path, "utf8");
  const jwk = JSON.parse(text);
  expect(out).not.toContain(jwk.d);
  const [head = "", body = "", signature = ""] = (await new RecordSigner(jwk).sign("a", "b")).split(".");
  const keys = TrustedKeys.parse(out);
  expect(keys.kids).toEqual([jwk.kid]);
  expect(keys.check(jwk.kid, `${head}.${body}`, Buffer.from(signature, "base64url"))).toBe("right");

  expect(await runPostern(["records", "key", path])).toEqual({
    code: 2,
    out: "",
    err: `postern: ${path}: exists already, and a key is never overwritten; name another file\n`,
  });
  expect(readFileSync(path, "utf8")).toBe(text);
});

it("postern records key says why a file cannot be written", async () => {
  expect(await runPostern(["records", "key", "/no-such/key.json"])).toEqual({
    code: 2,
    out: "",
    err: "postern: /no-such/key.json: cannot be written: its folder does not exist\n",
  });
});
