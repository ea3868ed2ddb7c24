import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { EvergreenRooms } from './evergreen-rooms.ts';

/**
 * What a person does next with a stack, as commands that are ready to be run. They name what CloudFormation knows and
 * take region and credentials from where the AWS CLI does.
 */
export function tellWhatToDoNext(stack: Stack, rooms: EvergreenRooms): void {
  const queue = rooms.requestQueue.queueUrl;
  const deadLetters = rooms.deadLetterQueues['create-rooms'];
  const commands: Record<string, [description: string, command: string]> = {
    SendRequest: [
      'Asks for a room',
      `aws sqs send-message --queue-url ${queue} --message-body file://examples/room-request.json`,
    ],
    ListRooms: [
      'Lists the rooms, without what lets somebody in as a host',
      `aws dynamodb scan --table-name ${rooms.table.tableName} --filter-expression 'entry = :room' ` +
        `--expression-attribute-values '{":room":{"S":"room"}}' --expression-attribute-names '{"#state":"state","#current":"current"}' ` +
        `--projection-expression 'roomKey, #state, generation, #current.guestUrl, #current.expiresAt, renewAt' --output json`,
    ],
    ReadDeadLetters: [
      'Shows requests that failed, with their reasons, and leaves them where they are',
      `aws sqs receive-message --queue-url ${deadLetters.queueUrl} --max-number-of-messages 10 --visibility-timeout 0 ` +
        '--message-attribute-names All',
    ],
    RedriveDeadLetters: [
      'Gives failed requests another try',
      `aws sqs start-message-move-task --source-arn ${deadLetters.queueArn}`,
    ],
    RotateNow: [
      'Plans the rotation now instead of tonight',
      `aws sqs send-message --queue-url ${rooms.queues['plan-rotation'].queueUrl} --message-body '{}'`,
    ],
    ReconcileNow: [
      'Compares the table with the provider now',
      `aws sqs send-message --queue-url ${rooms.queues['reconcile-rooms'].queueUrl} --message-body '{}'`,
    ],
    OpenDashboard: [
      'Where the dashboard is',
      `https://${stack.region}.console.aws.amazon.com/cloudwatch/home?region=${stack.region}#dashboards/dashboard/${rooms.dashboard.dashboardName}`,
    ],
  };
  [...rooms.privateKeys.values()].forEach((secret, i) => {
    commands[`PutPrivateKey${i + 1}`] = [
      `Puts the private key of application ${[...rooms.privateKeys.keys()][i]} in its place`,
      `aws secretsmanager put-secret-value --secret-id ${secret.secretArn} --secret-string file://private.key`,
    ];
  });
  for (const [name, [description, value]] of Object.entries(commands)) {
    new CfnOutput(stack, name, { description, value });
  }
}
