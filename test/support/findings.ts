import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { type App, CfnResource, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { appWith } from './stacks.ts';

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
