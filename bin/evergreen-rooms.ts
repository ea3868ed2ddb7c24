import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { EvergreenRoomsStack } from '../lib/evergreen-rooms-stack.ts';
import { readSettings } from '../lib/settings.ts';
import { freshenBundles } from './fresh-bundles.ts';

await freshenBundles();
const app = new App();
const settings = readSettings(app.node);
new EvergreenRoomsStack(app, `EvergreenRooms-${settings.stage}`, settings);
Validations.of(app).addPlugins(new AwsSolutionsChecks());
