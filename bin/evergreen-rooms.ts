import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addStack } from './add-stack.ts';
import { freshenBundles } from './fresh-bundles.ts';

await freshenBundles();
const app = new App();
try {
  addStack(app);
} catch (error) {
  // the error is about a setting: its stack trace only helps with cdk's --debug
  console.error(process.env.CDK_DEBUG === 'true' ? error : (error as Error).message);
  process.exit(1);
}
Validations.of(app).addPlugins(new AwsSolutionsChecks());
