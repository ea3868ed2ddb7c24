import { Annotations, Duration, Lazy, Stack, Validations } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginRequestPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { AaaaRecord, ARecord, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AppearanceVariable, OpenRoomEnvironment } from '../../functions/runtime/environment.ts';
import { bundledFunction, type Surroundings } from '../compute/bundled-function.ts';
import { permitReadingLinks, permitSending } from '../compute/permissions.ts';
import { publicUrl } from '../compute/public-url.ts';
import type { LinksOptions } from '../settings/props.ts';
import { hasFeature } from '../settings/regions.ts';
import { linksTable } from '../storage/links-table.ts';
import type { TableProps } from '../storage/rooms-table.ts';

export interface LinksProps extends LinksOptions {
  readonly table: TableProps;
}

const PUBLIC = 'visitors cannot sign for AWS; a link has 128 random bits, which the function looks up';

/** The public address that redirects the holder of a link to the current room of its key. */
export class Links extends Construct {
  readonly function: LambdaFunction;
  readonly table: Table;
  /** The start of every link; ends in a slash. */
  readonly url: string;
  /** Whether pages show the names of rooms. */
  readonly names: boolean;
  private requests?: IQueue;

  constructor(scope: Construct, id: string, surroundings: Surroundings, props: LinksProps) {
    super(scope, id);
    hasFeature(this, 'function URLs', 'the deployment will fail; switch links off');
    this.table = linksTable(this, props.table);
    this.names = props.names ?? false;
    const { concurrency } = props;
    const environment = {
      LINKS_TABLE: this.table.tableName,
      REQUESTS_QUEUE: Lazy.string({ produce: () => this.requests?.queueUrl }),
      APPEARANCE: Stack.of(this).toJsonString(appearanceOf(props)),
    } satisfies Omit<OpenRoomEnvironment, `POWERTOOLS_${string}`>;
    this.function = bundledFunction(this, surroundings, {
      name: 'open-room',
      description: 'Leads the holders of links to the rooms of the day',
      timeout: Duration.seconds(10),
      memorySize: 256,
      environment,
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    });
    permitReadingLinks(this.function, this.table);
    // without a domain, removing the function also ends its address
    this.url = props.domain === undefined ? publicUrl(this.function, PUBLIC) : this.ownDomain(props.domain);
  }

  /**
   * Sets the queue for the knocks of visitors. The workers know the address, so they are created after it.
   */
  knockAt(requests: IQueue): void {
    this.requests = requests;
    permitSending(this.function, requests);
  }

  /**
   * Creates the resources of a custom domain, whose links remain valid when the stack is replaced. Then only
   * CloudFront may call the function.
   */
  private ownDomain({
    name,
    certificate,
    hostedZone,
    webAclArn,
  }: NonNullable<LinksOptions['domain']>): string {
    const functionUrl = this.function.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'Evergreen Rooms: the links of rooms',
      domainNames: [name],
      certificate,
      ...(webAclArn !== undefined && { webAclId: webAclArn }),
      httpVersion: HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      defaultBehavior: {
        origin: FunctionUrlOrigin.withOriginAccessControl(functionUrl),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      },
    });
    acknowledgeDistribution(distribution, webAclArn !== undefined);
    if (hostedZone) this.addRecords(hostedZone, name, distribution);
    return `https://${name}/`;
  }

  private addRecords(zone: IHostedZone, recordName: string, distribution: Distribution): void {
    const target = RecordTarget.fromAlias(new CloudFrontTarget(distribution));
    // a name that ends in a dot is absolute
    const props = { zone, recordName: `${recordName}.`, target };
    new ARecord(this, 'Ipv4', props);
    new AaaaRecord(this, 'Ipv6', props);
  }
}

/** Warns if a deployment with stage `prod` has links without a domain. */
export function warnWithoutDomain(scope: Construct): void {
  Annotations.of(scope).addWarningV2(
    'evergreen-rooms:links-without-domain',
    'links begin with the address of a function, which ends with the stack, and every link with it: set linksDomain and ' +
      'linksCertificate, or switch links off',
  );
}

function appearanceOf({ page = 'redirect', team, logo, contact }: LinksOptions): AppearanceVariable {
  return { page, team, logo, contact };
}

function acknowledgeDistribution(distribution: Distribution, hasWebAcl: boolean): void {
  const reasons: Record<string, string> = {
    'AwsSolutions-CFR1': 'visitors come from everywhere',
    'AwsSolutions-CFR3': 'an access log would have every link in full, and anybody who has a link can enter',
    ...(!hasWebAcl && {
      'AwsSolutions-CFR2': 'a web ACL costs money every month: linksWebAcl brings one along',
    }),
    'cdk-validator-cfnguard::cloudfront_access_logs_enabled_check':
      'an access log would have every link in full',
    'cdk-validator-cfnguard::cloudfront_default_root_object_configured_check':
      'there is no page without a link',
    'cdk-validator-cfnguard::cloudfront_origin_failover_enabled_check':
      'the function is in one region, as its table is',
    'cdk-validator-cfnguard::lambda_function_public_access_prohibited_check':
      'the permission names CloudFront and this distribution, which the rule does not look at',
  };
  for (const [id, reason] of Object.entries(reasons))
    Validations.of(distribution).acknowledge({ id, reason });
}
