import { expect, test } from 'vitest';
import { hintFor } from '../../cli/deployment/hint.ts';

const NOWHERE = { stack: undefined, deployment: undefined, region: undefined, local: false, port: undefined };
const CHECKOUT = { npm_lifecycle_event: 'rooms', npm_lifecycle_script: 'node cli/main.ts list --local' };
const NPX = { npm_lifecycle_event: 'npx', npm_lifecycle_script: 'evergreen-rooms' };

test.each([
  ['the program alone', NOWHERE, {}, 'evergreen-rooms rotate a'],
  ['npm in a checkout', NOWHERE, CHECKOUT, 'npm run -s evergreen-rooms -- rotate a'],
  ['npx', NOWHERE, NPX, 'npx evergreen-rooms rotate a'],
  [
    'npx for another program',
    NOWHERE,
    { ...NPX, npm_lifecycle_script: 'vitest run' },
    'evergreen-rooms rotate a',
  ],
  [
    'the stack that the call named',
    { ...NOWHERE, stack: 'Rooms-prod', region: 'eu-west-1' },
    {},
    'evergreen-rooms rotate a --stack Rooms-prod --region eu-west-1',
  ],
  [
    'one of several deployments, quoted for a shell',
    { ...NOWHERE, stack: 'Rooms', deployment: "it's" },
    {},
    "evergreen-rooms rotate a --stack Rooms --deployment 'it'\\''s'",
  ],
  [
    'this machine',
    { ...NOWHERE, local: true, port: '4750' },
    {},
    'evergreen-rooms rotate a --local --port 4750',
  ],
])('a command that is printed has %s', (_, place, environment, printed) => {
  expect(hintFor(place, environment)('rotate a')).toBe(printed);
});
