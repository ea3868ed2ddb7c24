import { globSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { App, CfnResource, type Environment, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { EvergreenRooms } from '../../lib/evergreen-rooms.ts';
import { EvergreenRoomsStack } from '../../lib/evergreen-rooms-stack.ts';
import type { EvergreenRoomsProps } from '../../lib/settings/props.ts';
import { readSettings } from '../../lib/settings/settings.ts';

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
  return new App({ context, outdir: mkdtempSync(join(scratch, 'out-')) });
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

export interface Finding {
  /** The owner of the rule. */
  readonly by: string;
  readonly rule: string;
  readonly where: string;
}

/**
 * Returns the findings of a whole synthesis: the library's own rules, AwsSolutions and those of Control
 * Tower.
 */
export function findings(build: (app: App) => void): Finding[] {
  const app = appWith();
  delete process.env.CDK_VALIDATION;
  try {
    build(app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(), guardFor(app));
    app.synth();
  } catch (error) {
    if ((error as Error).name !== 'ValidationFailed') throw error;
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  return report.pluginReports.flatMap((plugin: PluginReport) =>
    plugin.violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({
        by: plugin.pluginName,
        rule: ruleName,
        where: constructPath,
      })),
    ),
  );
}

/**
 * Returns Control Tower's rules for the resources of the app: the other nine tenths would take most of a
 * minute of processor time.
 */
function guardFor(app: App): CfnGuardValidator {
  const types = new Set(
    app.node.findAll().flatMap((part) => (part instanceof CfnResource ? part.cfnResourceType : [])),
  );
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@cdklabs/cdk-validator-cfnguard/package.json')),
    'rules/control-tower',
  );
  const rules = globSync(`${folder}/**/*.guard`).filter((file) =>
    readFileSync(file, 'utf8')
      .match(/AWS::\w+::\w+/g)
      ?.some((type) => types.has(type)),
  );
  return new CfnGuardValidator({ controlTowerRulesEnabled: false, rules });
}

interface PluginReport {
  readonly pluginName: string;
  readonly violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[];
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
