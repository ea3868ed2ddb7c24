import { App, Duration, RemovalPolicy, Stack, TimeZone } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { CloudWatchLogGroup } from 'aws-cdk-lib/aws-events-targets';
import { AccountRootPrincipal, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  addOutputs,
  type ErrorCode,
  EvergreenRooms,
  type EvergreenRoomsEvent,
  type EvergreenRoomsProps,
  type RoomRotated,
} from 'evergreen-rooms';

/** A team's own function that reads a link from an event. */
export function linkOf(event: RoomRotated): string | undefined {
  return event.detail.room?.guestUrl;
}

/** The detail type determines the fields of the detail. */
export function inOneLine(event: EvergreenRoomsEvent): string {
  switch (event['detail-type']) {
    case 'Room Rotated':
      return `${event.detail.key}: ${linkOf(event)}`;
    case 'Rooms Reconciled':
      return `${Object.values(event.detail.applications).reduce((sum, { lost }) => sum + lost, 0)} lost`;
    case 'Request Refused':
    case 'Request Failed':
      return `${event.detail.messageId}: ${event.detail.reason}`;
    case 'Link Not Written':
      return `${event.detail.key}: ${event.detail.reason}`;
    default:
      return `${event.detail.key} is ${event.detail.state}`;
  }
}

export const isPatient = (code: ErrorCode): boolean => code === 'throttled' || code === 'claim_held';

const app = new App();
const stack = new Stack(app, 'Own');
const vpc = new Vpc(stack, 'Network');

/** Every resource that a team can pass in. */
const everything: Required<EvergreenRoomsProps> = {
  applications: [
    {
      applicationId: '78d335fa-0b91-4f0c-8c7b-3a1d5a1f7b11',
      name: 'first',
      privateKey: new Secret(stack, 'PrivateKey'),
      baseUrl: 'https://meetings.example.com/v1/meetings',
    },
    { provider: 'daily', name: 'second', apiKey: new Secret(stack, 'ApiKey') },
  ],
  rotation: {
    schedules: [ScheduleExpression.cron({ hour: '1,4', minute: '0', timeZone: TimeZone.EUROPE_BERLIN })],
    renewBefore: Duration.days(10),
    perRun: 200,
    spread: Duration.minutes(10),
    concurrency: 3,
  },
  reconciliation: { schedule: ScheduleExpression.rate(Duration.hours(12)), mode: 'report' },
  calendar: {
    grace: Duration.hours(12),
    timeZone: TimeZone.EUROPE_BERLIN,
    placeholder: 'Private meeting',
    scope: 'occurrence',
    horizon: Duration.days(7),
    feeds: [{ name: 'team', address: new Secret(stack, 'Feed'), timeZone: TimeZone.EUROPE_BERLIN }],
    readEvery: Duration.minutes(30),
    files: new Bucket(stack, 'Files', { eventBridgeEnabled: true }),
  },
  callbacks: true,
  links: {
    domain: {
      name: 'meet.example.com',
      certificate: Certificate.fromCertificateArn(
        stack,
        'Certificate',
        'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-4333-8444-555555555555',
      ),
      hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
        hostedZoneId: 'Z0123456789',
        zoneName: 'example.com',
      }),
      webAclArn:
        'arn:aws:wafv2:us-east-1:123456789012:global/webacl/own/11111111-2222-4333-8444-555555555555',
    },
    page: 'lobby',
    names: true,
    team: 'Team A',
    logo: 'https://www.example.com/logo.png',
    contact: 'help@example.com',
    concurrency: 20,
  },
  callbackConcurrency: 3,
  requestConcurrency: 4,
  maxReceiveCount: 4,
  flexibleWindow: Duration.minutes(5),
  retention: Duration.days(30),
  eventBus: new EventBus(stack, 'Bus'),
  encryptionKey: new Key(stack, 'Key'),
  tableEncryptionKey: new Key(stack, 'TableKey'),
  queueEncryptionKey: new Key(stack, 'QueueKey'),
  alarmTopic: new Topic(stack, 'Alarms'),
  runbook: 'https://wiki.example.com/rooms',
  vpc,
  vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
  securityGroups: [new SecurityGroup(stack, 'Group', { vpc })],
  permissionsBoundary: ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'),
  deployment: 'k3x7q',
  logRetention: RetentionDays.ONE_MONTH,
  removalPolicy: RemovalPolicy.DESTROY,
};

const rooms = new EvergreenRooms(stack, 'Rooms', everything);
const team = new Role(stack, 'Team', { assumedBy: new AccountRootPrincipal() });
rooms.grantRequestRooms(team).assertSuccess();
rooms.onRoomCreated('TellTheTeam', { target: new CloudWatchLogGroup(new LogGroup(stack, 'News')) });
rooms.dashboard.addWidgets(
  new GraphWidget({ left: [rooms.metricRoomsCreated(), rooms.metricEmergencies()] }),
);
addOutputs(stack, rooms);
app.synth();
