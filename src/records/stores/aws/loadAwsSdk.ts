import { RecordError } from "../../RecordError.ts";

/** Packages of the AWS SDK, loaded on demand. Lambda's runtime has them; they are not installed with Postern. */
const LOADERS = {
  dynamodb: () => import("@aws-sdk/client-dynamodb"),
  s3: () => import("@aws-sdk/client-s3"),
} as const;

type Part = keyof typeof LOADERS;

/** The module of one of the SDK's packages. */
export type AwsSdk<P extends Part> = Awaited<ReturnType<(typeof LOADERS)[P]>>;

/** Loads one of the SDK's packages. Rejects with {@link RecordError} `wrong-setting` and the command that installs it. */
export async function loadAwsSdk<P extends Part>(part: P): Promise<AwsSdk<P>>;
export async function loadAwsSdk(part: Part): Promise<unknown> {
  try {
    return await LOADERS[part]();
  } catch (error) {
    const name = `@aws-sdk/client-${part}`;
    throw new RecordError("wrong-setting", `records on AWS need ${name}: npm install ${name}`, { cause: error });
  }
}
