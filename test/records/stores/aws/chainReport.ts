import type { ChainReport } from "../../../../src/records/chain/verify/ChainReport.ts";
import { TrustedKeys } from "../../../../src/records/chain/verify/TrustedKeys.ts";
import { verifyChain } from "../../../../src/records/chain/verifyChain.ts";
import { openS3 } from "../../../../src/records/stores/aws/openS3.ts";
import { S3Bucket } from "../../../../src/records/stores/aws/S3Bucket.ts";
import { S3Source } from "../../../../src/records/stores/aws/S3Source.ts";
import { type AwsStoresForTest, BUCKET, TEST_LIMITS } from "./awsStores.ts";

/** Verifies the chain of a cluster as the bucket has it, against the end in the table and receipts (`seq` to leaf). */
export async function chainReport(
  stores: AwsStoresForTest,
  cluster: string,
  receipts: ReadonlyMap<number, string> = new Map(),
): Promise<ChainReport> {
  const { log } = await stores.instance(cluster);
  const bucket = new S3Bucket(BUCKET, await openS3({ env: stores.env, limits: TEST_LIMITS }));
  const source = new S3Source({ bucket, prefix: "", head: () => log.head() });
  const keys = TrustedKeys.parse(JSON.stringify(stores.jwk));
  const expected = [...receipts].map(([seq, leaf]) => ({ seq, leaf, where: `receipt ${seq}` }));
  return verifyChain(source.lines(cluster), { cluster, keys, expected, loggedHead: () => log.head() });
}
