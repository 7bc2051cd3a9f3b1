import type { Project } from "../Project.ts";

/** An alarm, as a resource. */
interface Alarm {
  readonly name: string;
  readonly comment: string;
  readonly metric: string;
  readonly statistic: string;
  readonly threshold: number;
}

const ALARMS: readonly Alarm[] = [
  {
    name: "ErrorsAlarm",
    comment: "The function fails or does not start: with failurePolicy Fail, writes in clusters fail.",
    metric: "Errors",
    statistic: "Statistic: Sum",
    threshold: 1,
  },
  {
    name: "ThrottlesAlarm",
    comment: "More calls than the reserved concurrency: a flood, or clusters that have grown.",
    metric: "Throttles",
    statistic: "Statistic: Sum",
    threshold: 1,
  },
  {
    name: "SlowAlarm",
    comment: "Calls come close to the timeoutSeconds of 5 that webhooks have.",
    metric: "Duration",
    statistic: "ExtendedStatistic: p99",
    threshold: 2_000,
  },
];

/** The topic of alarms, and the alarms. */
export function alarmsText({ name }: Project): string {
  return `    # Subscribe to it: aws sns subscribe --topic-arn ARN --protocol email --notification-endpoint you@example.com
    AlarmTopic:
      Type: AWS::SNS::Topic
      Properties: { TopicName: "${name}-\${sls:stage}-alarms" }
${ALARMS.map(alarmText).join("")}    # Lines of the log with the level error, such as a policy that throws.
    ErrorLines:
      Type: AWS::Logs::MetricFilter
      DependsOn: GateLogGroup
      Properties:
        LogGroupName: !Ref GateLogGroup
        FilterPattern: '{ $.level = "error" }'
        MetricTransformations:
          - { MetricNamespace: "${name}-\${sls:stage}", MetricName: ErrorLines, MetricValue: "1", DefaultValue: 0 }
    ErrorLinesAlarm:
      Type: AWS::CloudWatch::Alarm
      Properties:
        AlarmDescription: The log of the gate has errors.
        Namespace: "${name}-\${sls:stage}"
        MetricName: ErrorLines
        Statistic: Sum
        Period: 60
        EvaluationPeriods: 5
        DatapointsToAlarm: 2
        Threshold: 1
        ComparisonOperator: GreaterThanOrEqualToThreshold
        TreatMissingData: notBreaching
        AlarmActions: [!Ref AlarmTopic]
`;
}

function alarmText({ name, comment, metric, statistic, threshold }: Alarm): string {
  return `    ${name}:
      Type: AWS::CloudWatch::Alarm
      Properties:
        AlarmDescription: ${JSON.stringify(comment)}
        Namespace: AWS/Lambda
        MetricName: ${metric}
        Dimensions: [{ Name: FunctionName, Value: !Ref GateLambdaFunction }]
        ${statistic}
        Period: 60
        EvaluationPeriods: 5
        DatapointsToAlarm: 2
        Threshold: ${threshold}
        ComparisonOperator: GreaterThanOrEqualToThreshold
        TreatMissingData: notBreaching
        AlarmActions: [!Ref AlarmTopic]
`;
}
