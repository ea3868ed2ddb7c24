import { Duration, Lazy, Validations } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { RoomCallbacksEnvironment } from '../../functions/runtime/environment.ts';
import { bundledFunction, type Surroundings } from '../compute/bundled-function.ts';
import { permitReadingSecret, permitSending } from '../compute/permissions.ts';
import { publicUrl } from '../compute/public-url.ts';
import { hasFeature } from '../settings/regions.ts';
import { KEPT } from '../storage/removal.ts';

/**
 * The public address for callbacks of providers about meetings and ended rooms. The function checks that this
 * stack signed the address, and sends the callback to the workers, which verify it.
 */
export class Callbacks extends Construct {
  readonly function: LambdaFunction;
  readonly url: string;
  /** Signs the addresses. */
  readonly secret: Secret;
  private rotations?: IQueue;

  /** @param concurrency the number of reserved executions; `undefined` reserves none */
  constructor(scope: Construct, id: string, surroundings: Surroundings, concurrency: number | undefined) {
    super(scope, id);
    hasFeature(this, 'function URLs', 'the deployment will fail; switch callbacks off');
    this.secret = this.signingSecret(surroundings);
    const environment = {
      ROTATIONS_QUEUE: Lazy.string({ produce: () => this.rotations?.queueUrl }),
      CALLBACKS_SECRET: this.secret.secretArn,
    } satisfies Pick<RoomCallbacksEnvironment, 'ROTATIONS_QUEUE' | 'CALLBACKS_SECRET'>;
    this.function = bundledFunction(this, surroundings, {
      name: 'room-callbacks',
      description: 'Takes what providers tell of rooms',
      timeout: Duration.seconds(15),
      memorySize: 256,
      environment,
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    });
    permitReadingSecret(this.function, this.secret);
    this.url = publicUrl(
      this.function,
      'providers cannot sign for AWS; an address carries a signature of its own, which the function checks',
    );
  }

  /** Sets the queue for callbacks. The workers know the address, so they are created after it. */
  tell(rotations: IQueue): void {
    this.rotations = rotations;
    permitSending(this.function, rotations);
  }

  private signingSecret({ key }: Surroundings): Secret {
    const secret = new Secret(this, 'Signature', {
      description: 'Evergreen Rooms: signs the addresses at which providers call back',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      encryptionKey: key,
      removalPolicy: KEPT,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'the rooms that live carry its signature; one earlier version counts, a person replaces it',
    });
    return secret;
  }
}
