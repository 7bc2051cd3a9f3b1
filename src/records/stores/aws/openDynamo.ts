import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type AwsClientDeps, type AwsLimits, awsClientConfig } from "./awsClientConfig.ts";
import { type AwsSdk, loadAwsSdk } from "./loadAwsSdk.ts";
import { StoreClock } from "./StoreClock.ts";

/** A client of DynamoDB with the clock that its answers set. */
export interface DynamoAccess {
  readonly sdk: AwsSdk<"dynamodb">;
  readonly client: DynamoDBClient;
  readonly clock: StoreClock;
  readonly limits: AwsLimits;
}

/** Makes a client of DynamoDB. `monotonicMs` is a clock that no setting of the time moves. Rejects with {@link RecordError}. */
export async function openDynamo(
  { env, limits }: AwsClientDeps,
  monotonicMs: () => number = () => performance.now(),
): Promise<DynamoAccess> {
  const sdk = await loadAwsSdk("dynamodb");
  const clock = new StoreClock(monotonicMs);
  const client = new sdk.DynamoDBClient(awsClientConfig(env, env.AWS_ENDPOINT_URL_DYNAMODB, limits));
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      clock.see(result.response);
      return result;
    },
    // The innermost place: it sees the answer before the SDK has read it.
    { step: "deserialize", priority: "low", name: "posternStoreClock" },
  );
  return { sdk, client, clock, limits };
}
