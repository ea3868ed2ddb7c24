import {
  Annotations,
  CfnParameter,
  CfnRule,
  type Environment,
  Fn,
  RemovalPolicy,
  Stack,
  Tags,
  Validations,
} from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IManagedPolicy, ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { EvergreenRooms } from './evergreen-rooms.ts';
import { addOutputs } from './outputs.ts';
import { warnWithoutDomain } from './parts/links.ts';
import type { LinksDomain } from './settings/props.ts';
import type { Settings } from './settings/settings.ts';

/** The placeholder of `cdk.json`, so that the stack can be synthesised. */
const PLACEHOLDER = '00000000-0000-4000-8000-000000000000';

const NO_ROOM_CAN_BE_OPENED =
  'applications is the placeholder of cdk.json, which can be tried and not deployed; name your own in the context of cdk.json';

/** The construct in a stack of its own, for teams that need no other resources in it. */
export class EvergreenRoomsStack extends Stack {
  readonly rooms: EvergreenRooms;

  constructor(
    scope: Construct,
    id: string,
    {
      stage,
      applications,
      alarmEmail,
      calendar,
      links,
      permissionsBoundary,
      stackName: _,
      ...props
    }: Settings,
    env?: Environment,
  ) {
    super(scope, id, {
      env,
      description: 'Evergreen Rooms: meeting rooms that never expire',
      terminationProtection: stage === 'prod',
    });
    const prod = stage === 'prod';
    this.rooms = new EvergreenRooms(this, 'Rooms', {
      ...props,
      logRetention: props.logRetention ?? (prod ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH),
      applications: applications.map(({ privateKeyArn, apiKeyArn, clientSecretArn, ...application }, i) => ({
        ...application,
        ...(privateKeyArn && { privateKey: this.secretAt(`PrivateKey${i + 1}`, privateKeyArn) }),
        ...(apiKeyArn && { apiKey: this.secretAt(`ApiKey${i + 1}`, apiKeyArn) }),
        ...(clientSecretArn && { clientSecret: this.secretAt(`ClientSecret${i + 1}`, clientSecretArn) }),
      })),
      calendar: {
        ...calendar,
        feeds: calendar.feeds?.map(({ addressArn, ...feed }, i) => ({
          ...feed,
          ...(addressArn && { address: this.secretAt(`FeedAddress${i + 1}`, addressArn) }),
        })),
        connections: calendar.connections?.map(({ credentialArn, ...connection }, i) => ({
          ...connection,
          ...(credentialArn && { credential: this.secretAt(`CalendarCredential${i + 1}`, credentialArn) }),
        })),
      },
      links: links && { ...links, domain: links.domain && this.domainOf(links.domain) },
      permissionsBoundary: permissionsBoundary === undefined ? undefined : this.policyAt(permissionsBoundary),
      removalPolicy: prod ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (alarmEmail !== undefined) this.rooms.alarmTopic.addSubscription(new EmailSubscription(alarmEmail));
    if (prod && links !== false && links.domain === undefined) warnWithoutDomain(this.rooms);
    if (!prod) {
      Validations.of(this).acknowledge({
        id: 'cdk-validator-cfnguard::cloudwatch_log_group_retention_period_check',
        reason: 'the logs of a trial are thrown away with it',
      });
    }
    if (applications.some((entry) => 'applicationId' in entry && entry.applicationId === PLACEHOLDER)) {
      Annotations.of(this).addWarningV2('evergreen-rooms:placeholder', NO_ROOM_CAN_BE_OPENED);
      this.refuseDeployment(NO_ROOM_CAN_BE_OPENED);
    }
    addOutputs(this, this.rooms, 'npm run --silent evergreen-rooms --');
    Tags.of(this).add('project', 'evergreen-rooms');
    Tags.of(this).add('stage', stage);
  }

  /**
   * Makes CloudFormation refuse the template before it changes anything. An error at synth would also stop
   * people who only want to read the template.
   */
  private refuseDeployment(why: string): void {
    const placeholder = new CfnParameter(this, 'Applications', {
      description: why,
      default: 'placeholder',
      allowedValues: ['placeholder'],
    });
    const named = Fn.conditionContains(['named'], placeholder.valueAsString);
    new CfnRule(this, 'ApplicationsAreNamed', { assertions: [{ assert: named, assertDescription: why }] });
  }

  private domainOf({
    name,
    certificateArn,
    hostedZone,
    webAclArn,
  }: NonNullable<Exclude<Settings['links'], false>['domain']>): LinksDomain {
    return {
      name,
      certificate: Certificate.fromCertificateArn(this, 'LinksCertificate', certificateArn),
      ...(webAclArn !== undefined && { webAclArn }),
      ...(hostedZone && {
        hostedZone: HostedZone.fromHostedZoneAttributes(this, 'LinksZone', {
          hostedZoneId: hostedZone.id,
          zoneName: hostedZone.name,
        }),
      }),
    };
  }

  private policyAt(nameOrArn: string): IManagedPolicy {
    return nameOrArn.startsWith('arn:')
      ? ManagedPolicy.fromManagedPolicyArn(this, 'PermissionsBoundary', nameOrArn)
      : ManagedPolicy.fromManagedPolicyName(this, 'PermissionsBoundary', nameOrArn);
  }

  private secretAt(id: string, arn: string): ISecret {
    return Secret.fromSecretCompleteArn(this, id, arn);
  }
}
