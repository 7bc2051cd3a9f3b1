import { expect, it } from "vitest";
import { LambdaCalls } from "../../../src/hosts/telemetry/LambdaCalls.ts";

const ARN = "arn:aws:lambda:eu-central-1:123456789012:function:gate";

it.each<[string, unknown, object]>([
  [
    "the context of Lambda",
    { awsRequestId: "r", invokedFunctionArn: ARN },
    { "faas.invocation_id": "r", "cloud.resource_id": ARN },
  ],
  ["a function with an alias", { invokedFunctionArn: `${ARN}:live` }, { "cloud.resource_id": ARN }],
  ["no context", undefined, { "faas.invocation_id": undefined, "cloud.account.id": undefined }],
  ["a context of anything", { awsRequestId: 5, invokedFunctionArn: {} }, { "faas.invocation_id": undefined }],
])("LambdaCalls has the attributes of a call with %s", (_, context, attributes) => {
  const calls = new LambdaCalls();
  const [first, second] = [new Request("https://a"), new Request("https://a")];
  calls.add(first, context);
  calls.add(second, context);
  expect(calls.attributesOf(first)).toMatchObject({ "faas.trigger": "http", "faas.coldstart": true, ...attributes });
  expect(calls.attributesOf(second)).toMatchObject({ "faas.coldstart": false });
});

it("LambdaCalls has the account of a function", () => {
  const calls = new LambdaCalls();
  const request = new Request("https://a");
  calls.add(request, { invokedFunctionArn: ARN });
  expect(calls.attributesOf(request)).toMatchObject({ "cloud.account.id": "123456789012" });
});
