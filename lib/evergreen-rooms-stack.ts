import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { EvergreenRooms } from './evergreen-rooms.ts';
import type { Settings } from './settings.ts';

/** The construct in a stack of its own, for those who only want it running. */
export class EvergreenRoomsStack extends Stack {
  readonly rooms: EvergreenRooms;

  constructor(scope: Construct, id: string, { stage, applications, ...props }: Settings) {
    super(scope, id, {
      description: 'Evergreen Rooms: meeting rooms that never expire',
      terminationProtection: stage === 'prod',
    });
    this.rooms = new EvergreenRooms(this, 'Rooms', {
      ...props,
      applications: applications.map(({ privateKeyArn, ...application }, i) => ({
        ...application,
        ...(privateKeyArn && {
          privateKey: Secret.fromSecretCompleteArn(this, `PrivateKey${i + 1}`, privateKeyArn),
        }),
      })),
      removalPolicy: stage === 'prod' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
