import { expect, it } from "vitest";
import { MAX_TOKEN_LENGTH, tokenFault } from "../../../src/sync/capability/tokenFault.ts";
import { madeToken } from "./madeCapability.ts";

const AUDIENCE = "https://gate.example.com/token";
const OTHER = `is not for the audience ${AUDIENCE} alone: it is not sent`;

it.each<[what: string, token: string, fault: string | undefined]>([
  ["a list of the audience", madeToken({ aud: [AUDIENCE] }), undefined],
  ["the audience", madeToken({ aud: AUDIENCE }), undefined],
  ["two audiences", madeToken({ aud: [AUDIENCE, "https://kubernetes"] }), OTHER],
  ["another audience", madeToken({ aud: [`${AUDIENCE}/`] }), OTHER],
  ["no audience", madeToken({}), OTHER],
  ["a password", "hunter2", "is not a JWT"],
  ["nothing", "", "is not a JWT"],
  ["a line feed", `${madeToken({ aud: AUDIENCE })}\n`, "is not a JWT"],
  ["more than any token", madeToken({ aud: AUDIENCE, x: "x".repeat(MAX_TOKEN_LENGTH) }), "is not a JWT"],
])("tokenFault of %s", (_, token, fault) => {
  expect(tokenFault(token, AUDIENCE)).toBe(fault);
});
