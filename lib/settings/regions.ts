import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Regions in which AWS did not offer a feature when this version was released. */
const WITHOUT = {
  'function URLs': [
    'ap-east-2',
    'ap-south-2',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-west-1',
    'cn-north-1',
    'cn-northwest-1',
    'eu-central-2',
    'eu-south-2',
    'il-central-1',
    'me-central-1',
  ],
  archives: ['mx-central-1'],
} as const;

/**
 * Whether the region of a stack has a feature, as far as synth knows the region. If it does not, adds a
 * warning.
 *
 * @param otherwise the consequence for this deployment, and what to do
 */
export function hasFeature(scope: Construct, feature: keyof typeof WITHOUT, otherwise: string): boolean {
  const { region } = Stack.of(scope);
  // `includes` of a narrow tuple accepts only its own members
  if (Token.isUnresolved(region) || !(WITHOUT[feature] as readonly string[]).includes(region)) return true;
  Annotations.of(scope).addWarningV2(
    `evergreen-rooms:no-${feature.replace(' ', '-')}`,
    `region ${region} had no ${feature} when this version was made: ${otherwise}`,
  );
  return false;
}
