import { Duration, Lazy, Stack, Validations } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { RoomCallbacksEnvironment, WebhookVariable } from '../../functions/runtime/environment.ts';
import { bundledFunction, type Surroundings } from '../compute/bundled-function.ts';
import { permitReadingSecret, permitSending } from '../compute/permissions.ts';
import { publicUrl } from '../compute/public-url.ts';
import { hasFeature } from '../settings/regions.ts';
import { KEPT } from '../storage/removal.ts';

export interface CallbacksProps {
  /** The number of reserved executions; `undefined` reserves none. */
  readonly concurrency: number | undefined;
  /**
   * The secrets of providers that report all rooms of an account to one address and sign their calls, by the
   * names of the applications.
   */
  readonly webhookTokens: ReadonlyMap<string, ISecret>;
}

const pathOf = (application: string) => `/webhooks/${application}`;

/**
 * The public address for callbacks of providers about meetings and ended rooms. The function checks that this
 * stack signed the address, or that the provider signed the body. It sends the callback to the workers, which verify it.
 */
export class Callbacks extends Construct {
  readonly function: LambdaFunction;
  readonly url: string;
  /** Signs the addresses. */
  readonly secret: Secret;
  /** The address at which each provider reports all rooms of an account, by the names of the applications. */
  readonly webhookUrls: ReadonlyMap<string, string>;
  private rotations?: IQueue;

  constructor(scope: Construct, id: string, surroundings: Surroundings, props: CallbacksProps) {
    super(scope, id);
    const { concurrency, webhookTokens } = props;
    hasFeature(this, 'function URLs', 'the deployment will fail; switch callbacks off');
    this.secret = this.signingSecret(surroundings);
    const webhooks = [...webhookTokens].map(
      ([application, { secretArn: secret }]): WebhookVariable => ({
        application,
        path: pathOf(application),
        secret,
      }),
    );
    const environment = {
      ROTATIONS_QUEUE: Lazy.string({ produce: () => this.rotations?.queueUrl }),
      CALLBACKS_SECRET: this.secret.secretArn,
      ...(webhooks.length > 0 && { WEBHOOKS: Stack.of(this).toJsonString(webhooks) }),
    } satisfies Omit<RoomCallbacksEnvironment, 'POWERTOOLS_SERVICE_NAME' | 'POWERTOOLS_METRICS_NAMESPACE'>;
    this.function = bundledFunction(this, surroundings, {
      name: 'room-callbacks',
      description: 'Receives callbacks of providers about rooms',
      timeout: Duration.seconds(15),
      memorySize: 256,
      environment,
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    });
    for (const each of [this.secret, ...webhookTokens.values()]) permitReadingSecret(this.function, each);
    this.url = publicUrl(
      this.function,
      'providers cannot sign for AWS; an address carries a signature of its own, which the function checks',
    );
    this.webhookUrls = new Map(
      [...webhookTokens.keys()].map((name) => [name, `${this.url}${pathOf(name).slice(1)}`]),
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
