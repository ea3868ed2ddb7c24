import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Environment, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EvergreenRooms } from '../../lib/evergreen-rooms.ts';
import { EvergreenRoomsStack } from '../../lib/evergreen-rooms-stack.ts';
import type { EvergreenRoomsProps } from '../../lib/settings/props.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import { ONLY_TEMPLATES } from './synthesise.ts';

export const APPLICATION_ID = '78d335fa-0b91-4f0c-8c7b-3a1d5a1f7b11';

const CDK_JSON = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

const scratch = mkdtempSync(join(tmpdir(), 'synth-'));

// The library's own rules take seconds, and `findings` runs them once.
process.env.CDK_VALIDATION = 'false';

/** Returns an app with the feature flags of `cdk.json`, an application, and these settings. */
export function appWith(settings: Record<string, unknown> = {}): App {
  const context = {
    ...CDK_JSON.context,
    applications: [APPLICATION_ID],
    'aws:cdk:disable-asset-staging': true,
    ...settings,
  };
  return new App({ context, outdir: mkdtempSync(join(scratch, 'out-')), ...ONLY_TEMPLATES });
}

/** Returns the stack for these settings. */
export function stackWith(
  settings: Record<string, unknown> = {},
  app: App = appWith(),
  id = 'Test',
  env?: Environment,
): EvergreenRoomsStack {
  return new EvergreenRoomsStack(app, id, readSettings(appWith(settings).node), env);
}

export function templateWith(settings: Record<string, unknown> = {}): Template {
  return Template.fromStack(stackWith(settings));
}

/** Returns the construct in a team's own stack. */
export function roomsWith(props: Partial<EvergreenRoomsProps> = {}): { rooms: EvergreenRooms; stack: Stack } {
  const stack = new Stack(appWith(), 'Own');
  const rooms = new EvergreenRooms(stack, 'Rooms', {
    applications: [{ applicationId: APPLICATION_ID }],
    ...props,
  });
  return { rooms, stack };
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is whatever CloudFormation allows
  readonly Properties: any;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
}

export type Resources = Record<string, Resource>;

export function resources(template: Template, type: string): Resources {
  return template.findResources(type, Match.anyValue()) as Resources;
}

/** Returns the logical id that a `Ref` or `Fn::GetAtt` points at. */
export function target(reference: { Ref?: string; 'Fn::GetAtt'?: [string, string] }): string {
  return reference.Ref ?? reference['Fn::GetAtt']?.[0] ?? JSON.stringify(reference);
}
