import type { Project } from "../Project.ts";

/** The stores of decision records. They stay when the stack is removed. */
export function recordsText({ records }: Project): string {
  return records === "compliance" ? RESOURCES : NONE;
}

const NONE = `    # Decision records are lines of the log. For a table and a bucket of them, see the option --records of postern init.
`;

const RESOURCES = `    # The stores of decision records. They stay when the stack is removed.
    RecordsTable:
      Type: AWS::DynamoDB::Table
      DeletionPolicy: Retain
      UpdateReplacePolicy: Retain
      Properties:
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions:
          - { AttributeName: pk, AttributeType: S }
          - { AttributeName: sk, AttributeType: S }
        KeySchema:
          - { AttributeName: pk, KeyType: HASH }
          - { AttributeName: sk, KeyType: RANGE }
        TimeToLiveSpecification: { AttributeName: expires, Enabled: true }
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
        DeletionProtectionEnabled: true
    RecordsBucket:
      Type: AWS::S3::Bucket
      DeletionPolicy: Retain
      UpdateReplacePolicy: Retain
      Properties:
        # Nobody can delete a record before 30 days, not even the root user of the account. It is POSTERN_RECORDS_KEEP_DAYS too.
        ObjectLockEnabled: true
        ObjectLockConfiguration:
          ObjectLockEnabled: Enabled
          Rule:
            DefaultRetention: { Mode: COMPLIANCE, Days: 30 }
        VersioningConfiguration: { Status: Enabled }
        OwnershipControls:
          Rules: [{ ObjectOwnership: BucketOwnerEnforced }]
        PublicAccessBlockConfiguration:
          BlockPublicAcls: true
          BlockPublicPolicy: true
          IgnorePublicAcls: true
          RestrictPublicBuckets: true
        LifecycleConfiguration:
          Rules:
            # At least 30 days after their retention, so that a checkpoint has taken their place. Checkpoints have no tag, and stay.
            - Id: batches
              Status: Enabled
              TagFilters: [{ Key: postern, Value: batch }]
              ExpirationInDays: 60
              NoncurrentVersionExpiration: { NoncurrentDays: 1 }
            - Id: delete-markers
              Status: Enabled
              ExpiredObjectDeleteMarker: true
    RecordsBucketPolicy:
      Type: AWS::S3::BucketPolicy
      Properties:
        Bucket: !Ref RecordsBucket
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Effect: Deny
              Principal: "*"
              Action: "s3:*"
              Resource: [!GetAtt RecordsBucket.Arn, !Sub "\${RecordsBucket.Arn}/*"]
              Condition: { Bool: { "aws:SecureTransport": "false" } }
`;
