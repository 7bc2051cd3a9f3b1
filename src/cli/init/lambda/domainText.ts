import type { Project } from "../Project.ts";

/** The custom domain of an HTTP API: its certificate, its DNS record, and the CAs of client certificates with mTLS. */
export function domainText({ name, mtls }: Project): string {
  const folder = `/${name}/\${sls:stage}`;
  return `    # The zone of the domain in Route 53, by its id. It is no secret:
    #   aws ssm put-parameter --type String --name ${folder}/ZONE_ID --value Z123
    GateCertificate:
      Type: AWS::CertificateManager::Certificate
      Properties:
        DomainName: \${param:domain}
        ValidationMethod: DNS
        DomainValidationOptions:
          - { DomainName: "\${param:domain}", HostedZoneId: "{{resolve:ssm:${folder}/ZONE_ID}}" }
    GateDomain:
      Type: AWS::ApiGatewayV2::DomainName
      Properties:
        DomainName: \${param:domain}
        DomainNameConfigurations:
          - CertificateArn: !Ref GateCertificate
            EndpointType: REGIONAL
            SecurityPolicy: TLS_1_2
${mtls ? mtlsText(folder) : ""}    GateMapping:
      Type: AWS::ApiGatewayV2::ApiMapping
      # The stage is a resource of the function's API.
      DependsOn: HttpApiStage
      Properties:
        ApiId: !Ref HttpApi
        DomainName: !Ref GateDomain
        Stage: $default
    GateRecord:
      Type: AWS::Route53::RecordSet
      Properties:
        HostedZoneId: "{{resolve:ssm:${folder}/ZONE_ID}}"
        Name: \${param:domain}
        Type: A
        AliasTarget:
          DNSName: !GetAtt GateDomain.RegionalDomainName
          HostedZoneId: !GetAtt GateDomain.RegionalHostedZoneId
`;
}

function mtlsText(folder: string): string {
  return `        # The CAs of the client certificates of API servers, in PEM, in a bucket with versions:
        #   aws s3 cp clients-ca.pem s3://BUCKET/clients-ca.pem
        #   aws ssm put-parameter --type String --name ${folder}/TRUSTSTORE --value s3://BUCKET/clients-ca.pem
        MutualTlsAuthentication:
          TruststoreUri: "{{resolve:ssm:${folder}/TRUSTSTORE}}"
`;
}
