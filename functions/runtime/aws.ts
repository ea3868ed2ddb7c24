import { awsCaller, type CallAws, type CallLimits } from '../adapters/aws/call.ts';
import {
  dynamoDbClient,
  eventBridgeClient,
  secretsManagerClient,
  sqsClient,
} from '../adapters/aws/clients.ts';
import { readEnvironment } from './configuration.ts';
import type { LambdaEnvironment } from './environment.ts';
import { once } from './once.ts';

/** A dead connection would otherwise be waited for until the invocation ends. */
const LIMITS: CallLimits = { timeOut: 5000, attempts: 4, keepsWords: true };

const SPECIAL_ENDPOINTS = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'] as const;

const environment = /* @__PURE__ */ once(() =>
  readEnvironment<LambdaEnvironment>(
    ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    [
      'AWS_SESSION_TOKEN',
      'AWS_ENDPOINT_URL',
      'AWS_ENDPOINT_URL_DYNAMODB',
      'AWS_ENDPOINT_URL_EVENTBRIDGE',
      'AWS_ENDPOINT_URL_SECRETS_MANAGER',
      'AWS_ENDPOINT_URL_SQS',
      ...SPECIAL_ENDPOINTS,
      'URL_SUFFIX',
    ],
  ),
);

export const dynamoDb = /* @__PURE__ */ once(() => dynamoDbClient(call(), endpointOf('DYNAMODB')));
export const sqs = /* @__PURE__ */ once(() => sqsClient(call(), endpointOf('SQS')));
export const eventBridge = /* @__PURE__ */ once(() => eventBridgeClient(call(), endpointOf('EVENTBRIDGE')));
export const secretStore = /* @__PURE__ */ once(() =>
  secretsManagerClient(call(), endpointOf('SECRETS_MANAGER')),
);

const call = /* @__PURE__ */ once(() => awsCalls(LIMITS));

/** Lambda's credentials do not change while the container lives. */
export function awsCalls(limits: CallLimits): CallAws {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment();
  const signer = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
    region: AWS_REGION,
  };
  return awsCaller(signer, limits);
}

/** The hosts of the services, by the end of the variable that leads elsewhere, as for the SDK. */
const HOSTS = {
  DYNAMODB: 'dynamodb',
  EVENTBRIDGE: 'events',
  SECRETS_MANAGER: 'secretsmanager',
  SQS: 'sqs',
} as const;

/** @throws Error if the environment demands an endpoint that only a URL can name */
export function endpointOf(service: keyof typeof HOSTS, env: LambdaEnvironment = environment()): URL {
  const elsewhere = env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL;
  if (elsewhere) return new URL(elsewhere.endsWith('/') ? elsewhere : `${elsewhere}/`);
  const special = SPECIAL_ENDPOINTS.find((name) => env[name]?.toLowerCase() === 'true');
  if (special) {
    throw new Error(
      `the function's environment has ${special}, and no endpoint of that kind: set AWS_ENDPOINT_URL_${service} to its URL`,
    );
  }
  return new URL(`https://${HOSTS[service]}.${env.AWS_REGION}.${env.URL_SUFFIX ?? 'amazonaws.com'}`);
}
