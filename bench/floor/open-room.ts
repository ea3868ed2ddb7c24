import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';

const TableName = process.env.LINKS_TABLE;
const table = new DynamoDBClient({});

export async function handler({ rawPath }: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  const Key = { slug: { S: rawPath.slice(1) } };
  const { Item } = await table.send(new GetItemCommand({ TableName, Key }));
  const location = Item?.url?.S;
  return location === undefined ? { statusCode: 404 } : { statusCode: 302, headers: { location } };
}
