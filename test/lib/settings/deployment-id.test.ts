import { App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { deploymentId } from '../../../lib/settings/deployment-id.ts';

function idAt(
  stack: string,
  id: string,
  env?: { account: string; region: string },
  stackName?: string,
): string {
  return deploymentId(new Construct(new Stack(new App(), stack, { env, stackName }), id));
}

describe('the id of a deployment', () => {
  test('is five characters that a correlation token can carry', () => {
    const ids = Array.from({ length: 200 }, (_, i) => idAt('Stack', `Rooms${i}`));
    for (const id of ids) expect(id).toMatch(/^[a-z2-7]{5}$/);
    expect(new Set(ids).size).toBe(200);
  });

  test('stays the same from one synthesis to the next', () => {
    expect(idAt('Stack', 'Rooms')).toBe(idAt('Stack', 'Rooms'));
  });

  test('differs by stack and its name, account and region', () => {
    const ids = [
      idAt('Stack', 'Rooms'),
      idAt('Other', 'Rooms'),
      idAt('Stack', 'Rooms', undefined, 'rooms-dev'),
      idAt('Stack', 'Rooms', undefined, 'rooms-prod'),
      idAt('Stack', 'Rooms', { account: '111111111111', region: 'eu-central-1' }),
      idAt('Stack', 'Rooms', { account: '111111111111', region: 'us-east-1' }),
      idAt('Stack', 'Rooms', { account: '222222222222', region: 'us-east-1' }),
    ];
    expect(new Set(ids).size).toBe(7);
  });
});
