import { Annotations, type Environment, RemovalPolicy, Stack, Tags, Validations } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { EvergreenRooms } from './evergreen-rooms.ts';
import { tellWhatToDoNext } from './outputs.ts';
import type { Settings } from './settings.ts';

/** What `cdk.json` names, so that there is something to be looked at. */
const PLACEHOLDER = '00000000-0000-4000-8000-000000000000';

const NO_ROOM_CAN_BE_OPENED =
  'applications is the placeholder of cdk.json, in which no room can be opened; name your own in the context of ' +
  'cdk.json, or by -c applications=<application id> at every deployment';

/** The construct in a stack of its own, for those who only want it running. */
export class EvergreenRoomsStack extends Stack {
  readonly rooms: EvergreenRooms;

  constructor(
    scope: Construct,
    id: string,
    { stage, applications, alarmEmail, calendar, ...props }: Settings,
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
      applications: applications.map(({ privateKeyArn, apiKeyArn, ...application }, i) => ({
        ...application,
        ...(privateKeyArn && { privateKey: this.secretAt(`PrivateKey${i + 1}`, privateKeyArn) }),
        ...(apiKeyArn && { apiKey: this.secretAt(`ApiKey${i + 1}`, apiKeyArn) }),
      })),
      calendar: {
        ...calendar,
        feeds: calendar.feeds?.map(({ addressArn, ...feed }, i) => ({
          ...feed,
          ...(addressArn && { address: this.secretAt(`FeedAddress${i + 1}`, addressArn) }),
        })),
      },
      removalPolicy: prod ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (alarmEmail !== undefined) this.rooms.alarmTopic.addSubscription(new EmailSubscription(alarmEmail));
    if (!prod) {
      Validations.of(this).acknowledge({
        id: 'cdk-validator-cfnguard::cloudwatch_log_group_retention_period_check',
        reason: 'the logs of a trial are thrown away with it',
      });
    }
    if (applications.some((entry) => 'applicationId' in entry && entry.applicationId === PLACEHOLDER)) {
      Annotations.of(this).addWarningV2('evergreen-rooms:placeholder', NO_ROOM_CAN_BE_OPENED);
    }
    tellWhatToDoNext(this, this.rooms, 'npm run --silent evergreen-rooms --');
    Tags.of(this).add('project', 'evergreen-rooms');
    Tags.of(this).add('stage', stage);
  }

  private secretAt(id: string, arn: string): ISecret {
    return Secret.fromSecretCompleteArn(this, id, arn);
  }
}
