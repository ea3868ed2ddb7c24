import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import jwt from 'jsonwebtoken';
import { tracer } from './powertools.ts';

export const table = DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient({})));
export const TableName = process.env.ROOMS_TABLE;

const events = tracer.captureAWSv3Client(new EventBridgeClient({}));
const [application] = JSON.parse(process.env.APPLICATIONS ?? '[{}]');

export async function putEvent(DetailType: string, detail: object): Promise<void> {
  const Detail = JSON.stringify(detail);
  const entry = { EventBusName: process.env.EVENT_BUS, Source: 'evergreen-rooms', DetailType, Detail };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
}

export async function callProvider(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${application.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${await signToken()}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`the provider answered ${response.status}`);
  return response.json();
}

async function signToken(): Promise<string> {
  const privateKey = await getSecret(application.secret, { maxAge: 300 });
  return jwt.sign({ application_id: application.applicationId }, String(privateKey), {
    algorithm: 'RS256',
    expiresIn: '15m',
    jwtid: crypto.randomUUID(),
  });
}
