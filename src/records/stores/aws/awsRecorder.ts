import type { Log } from "../../../telemetry/Log.ts";
import type { Decision } from "../../decision/decisionSchema.ts";
import { LaterRecords } from "../../writer/LaterRecords.ts";
import type { Recorder } from "../../writer/Recorder.ts";
import { AwsChains } from "./AwsChains.ts";
import { AWS_LIMITS, type AwsLimits } from "./awsClientConfig.ts";
import { awsSettings } from "./awsSettings.ts";

/** What {@link awsRecorder} needs. */
export interface AwsRecorderDeps {
  /** Writes to standard output. */
  readonly log: Log;
  /** Called for each decision of the profile `latency` that is dropped. */
  readonly onDropped?: () => void;
  /** Default: {@link AWS_LIMITS}. */
  readonly limits?: AwsLimits;
  /** A clock that no setting of the time moves, in milliseconds. Default: `performance.now`. */
  readonly monotonicMs?: () => number;
}

/** The recorder of a Lambda. */
export interface LambdaRecorder extends Recorder {
  /** Resolves once the lines of all decisions so far are written. The handler awaits it before it returns. Never rejects. */
  settled(): Promise<void>;
}

/**
 * The recorder of a gate on AWS Lambda. Throws {@link RecordError} `wrong-setting`, see {@link awsSettings}.
 *
 * | profile | where the record is |
 * |---|---|
 * | `latency` | a log line with the message `decision`, written before the handler returns |
 * | `compliance` | DynamoDB and S3, see `AwsChains`; without their settings there is no `now` |
 *
 * Lambda freezes an instance after its answer, and nothing runs reliably from then on. So a record of the profile `latency`
 * cannot be sent anywhere after the answer: it is a part of the function's log, with its retention and its permissions.
 */
export function awsRecorder(
  env: Readonly<Record<string, string | undefined>>,
  { log, onDropped, limits = AWS_LIMITS, monotonicMs = () => performance.now() }: AwsRecorderDeps,
): LambdaRecorder {
  const stores = awsSettings(env);
  const chains = stores && new AwsChains(stores, { env, log, limits, monotonicMs });
  let waiting: (() => void)[] = [];
  let open = 0;
  const close = (): void => {
    open -= 1;
    if (open > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const later = new LaterRecords({
    schedule: queueMicrotask,
    log,
    write: (decision) => {
      log.info("decision", { decision });
      close();
      return true;
    },
    onDropped: () => {
      onDropped?.();
      close();
    },
  });
  return {
    later(decide, bytes) {
      open += 1;
      later.later(decide, bytes);
    },
    settled: () => (open === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    ...(chains === undefined ? {} : { now: (decision: Decision) => chains.add(decision) }),
  };
}
