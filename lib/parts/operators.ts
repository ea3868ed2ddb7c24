import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { type Grant, type IGrantable, ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgeWildcard, permit, permitKey, READ_ENCRYPTED, secretArn } from '../compute/permissions.ts';
import { DUE_INDEX } from '../storage/rooms-table.ts';
import { secretsInParts } from '../storage/secrets-in-parts.ts';

export interface OperatorsProps {
  readonly functions: readonly IFunction[];
  readonly rooms: Table;
  /** The table of calendars, if there is one: it remembers what was written into events. */
  readonly calendars: Table | undefined;
  /** All tables, including the rooms table. */
  readonly tables: readonly Table[];
  /** The queues that feed functions. */
  readonly inboxes: readonly IQueue[];
  readonly deadLetterQueues: readonly IQueue[];
  readonly bus: IEventBus;
  readonly scheduleGroup: ScheduleGroup;
  readonly alarmTopic: ITopic;
  readonly key: IKey;
  readonly calendarBucket: IBucket | undefined;
  /** The secrets of applications, feeds and connections, by their names. */
  readonly secrets: readonly (readonly [name: string, secret: ISecret])[];
}

/**
 * The length that IAM allows for a managed policy, minus an operator's policy without secrets. Around each
 * ARN is `"",`.
 */
const POLICY = { room: 6144 - 3700, around: 3 };

/**
 * The permissions for the command `evergreen-rooms`. A reader sees everything except secrets, so no host
 * link. An operator, who is also a reader, changes rooms by messages, and reads and stores secrets.
 */
export class Operators extends Construct {
  readonly readerPolicy: ManagedPolicy;
  /**
   * The permissions that a reader does not have. There are several policies if one cannot hold all secrets.
   */
  readonly operatorPolicies: readonly ManagedPolicy[];
  private readonly props: OperatorsProps;

  constructor(scope: Construct, id: string, props: OperatorsProps) {
    super(scope, id);
    this.props = props;
    this.readerPolicy = this.policy('ReaderPolicy', 'sees rooms and what is wrong, and no secret');
    this.grantRead(this.readerPolicy);
    const [first, ...further] = secretsInParts(props.secrets, POLICY);
    const operator = this.policy(
      'OperatorPolicy',
      'changes rooms and reads secrets; attach the policy of a reader too',
    );
    this.permitChanges(operator);
    this.permitSecrets(operator, first ?? []);
    this.operatorPolicies = [operator, ...further.map((secrets, i) => this.furtherSecrets(i + 2, secrets))];
  }

  grantRead(grantee: IGrantable): Grant {
    return this.permitFinding(grantee)
      .combine(this.permitRooms(grantee))
      .combine(this.permitDeadLetters(grantee))
      .combine(this.permitExamination(grantee));
  }

  grantOperate(grantee: IGrantable): Grant {
    return this.grantRead(grantee)
      .combine(this.permitChanges(grantee))
      .combine(
        this.permitSecrets(
          grantee,
          this.props.secrets.map(([, secret]) => secret),
        ),
      );
  }

  /** Permits finding the resources of the deployment. */
  private permitFinding(grantee: IGrantable): Grant {
    const { functions } = this.props;
    const stack = ['cloudformation:DescribeStacks', 'cloudformation:ListStackResources'];
    return permit(grantee, stack, Stack.of(this).stackId).combine(
      permit(
        grantee,
        ['lambda:GetFunctionConfiguration'],
        functions.map(({ functionArn }) => functionArn),
      ),
    );
  }

  private permitRooms(grantee: IGrantable): Grant {
    const { rooms, calendars } = this.props;
    if (calendars) permit(grantee, ['dynamodb:GetItem'], calendars.tableArn);
    return permit(grantee, ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'], rooms.tableArn)
      .combine(permit(grantee, ['dynamodb:Query'], `${rooms.tableArn}/index/${DUE_INDEX}`))
      .combine(permitKey(grantee, rooms.encryptionKey, 'dynamodb', READ_ENCRYPTED));
  }

  /** Looking at a message means to receive it and to make it visible again. */
  private permitDeadLetters(grantee: IGrantable): Grant {
    const { deadLetterQueues: queues } = this.props;
    const verbs = ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];
    return permit(grantee, verbs, arnsOf(queues)).combine(
      permitKey(grantee, queues[0]?.encryptionMasterKey, 'sqs', ['kms:Decrypt']),
    );
  }

  /** Permits reading the configuration of the resources, for the doctor. */
  private permitExamination(grantee: IGrantable): Grant {
    const { tables, inboxes, scheduleGroup, alarmTopic, key } = this.props;
    const schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${scheduleGroup.scheduleGroupName}/*`,
    });
    // these actions accept no resource, and a team may add rules of its own
    const anywhere = [
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'events:DescribeRule',
      'events:ListTargetsByRule',
      'lambda:ListEventSourceMappings',
    ];
    acknowledgeWildcard(grantee, '*', 'the verbs take no resource, or are about rules that a team adds');
    acknowledgeWildcard(grantee, schedules, 'all schedules of the group are of this deployment');
    return permit(grantee, anywhere, '*')
      .combine(
        permit(
          grantee,
          ['dynamodb:DescribeTable', 'dynamodb:DescribeContinuousBackups'],
          tables.map(({ tableArn }) => tableArn),
        ),
      )
      .combine(permit(grantee, ['sqs:GetQueueAttributes'], arnsOf(inboxes)))
      .combine(permit(grantee, ['scheduler:GetSchedule'], schedules))
      .combine(permit(grantee, ['sns:ListSubscriptionsByTopic'], alarmTopic.topicArn))
      .combine(permit(grantee, ['kms:DescribeKey'], key.keyArn));
  }

  private permitChanges(grantee: IGrantable): Grant {
    const { inboxes, deadLetterQueues, bus, calendarBucket: bucket } = this.props;
    const changes = permit(grantee, ['sqs:SendMessage'], arnsOf(inboxes))
      .combine(permit(grantee, ['sqs:DeleteMessage'], arnsOf(deadLetterQueues)))
      .combine(
        permitKey(grantee, inboxes[0]?.encryptionMasterKey, 'sqs', ['kms:Decrypt', 'kms:GenerateDataKey']),
      )
      .combine(permit(grantee, ['events:PutEvents'], bus.eventBusArn));
    if (!bucket) return changes;
    const objects = bucket.arnForObjects('*');
    acknowledgeWildcard(grantee, objects, 'the names of the objects in the bucket are not known beforehand');
    return changes
      .combine(permit(grantee, ['s3:PutObject'], objects))
      .combine(permitKey(grantee, bucket.encryptionKey, 's3', ['kms:GenerateDataKey']));
  }

  private permitSecrets(grantee: IGrantable, secrets: readonly ISecret[]): Grant {
    const verbs = ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'];
    const keys = new Set(secrets.flatMap(({ encryptionKey }) => encryptionKey ?? []));
    return [...keys].reduce(
      (grant, key) =>
        grant.combine(permitKey(grantee, key, 'secretsmanager', ['kms:Decrypt', 'kms:GenerateDataKey'])),
      permit(grantee, verbs, secrets.map(secretArn)),
    );
  }

  private furtherSecrets(nth: number, secrets: readonly ISecret[]): ManagedPolicy {
    const policy = this.policy(`OperatorPolicy${nth}`, 'reads further secrets');
    this.permitSecrets(policy, secrets);
    return policy;
  }

  private policy(id: string, does: string): ManagedPolicy {
    return new ManagedPolicy(this, id, { description: `Evergreen Rooms: ${does}` });
  }
}

const arnsOf = (queues: readonly IQueue[]) => queues.map(({ queueArn }) => queueArn);
