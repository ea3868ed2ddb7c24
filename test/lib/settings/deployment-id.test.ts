import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { reconcileRooms } from '../../../functions/rooms/fleet/reconcile.ts';
import { HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { deploymentMarks } from '../../../functions/runtime/deployment-marks.ts';
import { EvergreenRooms } from '../../../lib/index.ts';
import { deploymentId } from '../../../lib/settings/deployment-id.ts';
import { resolveTemplate } from '../../../local/stack/resolve.ts';
import type { Template as StackTemplate } from '../../../local/stack/template.ts';
import { appWith } from '../../support/stacks.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

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

/** What the functions of a stack that knows neither account nor region make of it where it is deployed. */
function marksIn(
  region: string,
  { stack = 'Stack', deployment }: { stack?: string; deployment?: string } = {},
) {
  const scope = new Stack(appWith(), stack);
  new EvergreenRooms(scope, 'Rooms', { applications: [{ provider: 'daily', name: 'team' }], deployment });
  const place = { stackName: stack, region, account: '111111111111' };
  const { resources } = resolveTemplate(Template.fromStack(scope).toJSON() as StackTemplate, place, {
    queueUrlPrefix: 'http://127.0.0.1/',
    functionUrls: {},
  });
  const variables = resources
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map(({ properties }) => properties.Environment as { readonly Variables: Record<string, string> });
  const worker = variables.find(({ Variables }) => Variables.APPLICATIONS !== undefined)?.Variables;
  return deploymentMarks({ DEPLOYMENT: worker?.DEPLOYMENT ?? '', ORIGIN: worker?.ORIGIN });
}

describe('what rooms carry', () => {
  test('differs by region where synthesis does not know the region, and is a form that a token can carry', () => {
    const marks = ['eu-central-1', 'us-east-1'].map((region) => marksIn(region));
    expect(marks[0]?.formerly).toBe(marks[1]?.formerly);
    expect(marks[0]?.deployment).not.toBe(marks[1]?.deployment);
    for (const { deployment } of marks) expect(deployment).toMatch(/^[a-z2-7]{5}$/);
  });

  test('is the id that was chosen, if one was', () => {
    expect(marksIn('eu-central-1', { deployment: 'k3x7q' })).toMatchObject({ deployment: 'k3x7q' });
  });

  test('lets two regions live beside each other in one application', async () => {
    const here = makeWorld();
    const there = makeWorld();
    const regions = [
      { world: here, context: { ...here.context, ...marksIn('eu-central-1') } },
      { world: there, context: { ...there.context, ...marksIn('us-east-1'), pool: here.context.pool } },
    ];
    for (const { context } of regions) await ensureRoom(aRequest({ key: 'weekly' }), context);
    here.clock.now += 2 * HOUR;
    there.clock.now += 2 * HOUR;
    for (const { world, context } of regions) {
      const { applications } = await reconcileRooms(
        { applications: ['first'] },
        {
          ...context,
          rotations: world.rotations,
          mode: 'repair',
          timeLeft: () => 15 * MINUTE,
        },
      );
      expect(applications.first).toMatchObject({ rooms: 2, strangers: 1, orphans: 0, retired: 0, lost: 0 });
    }
    expect(here.kept()).toHaveLength(2);
  });
});
