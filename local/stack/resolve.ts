import { type Addresses, attributeOf, type Identity, identityOf } from './identities.ts';
import { Resolver } from './intrinsics.ts';
import type { Json, JsonObject, Place, Resource, Template } from './template.ts';

/** A template that is ready to run. */
export interface ResolvedTemplate {
  readonly stackName: string;
  readonly stackId: string;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, string>>;
  identity(logicalId: string): Identity;
}

/**
 * Assigns every name and address, and replaces every intrinsic function with its value.
 *
 * @param parameters values for the template's parameters, before their defaults
 */
export function resolveTemplate(
  template: Template,
  place: Place,
  addresses: Addresses,
  parameters: JsonObject = {},
): ResolvedTemplate {
  const names = generatedNames(template, place);
  const identities = new Map<string, Identity>();
  const resolver = new Resolver(template, {
    ref: (logicalId) => find(logicalId)?.ref,
    attribute(logicalId, name) {
      const identity = find(logicalId);
      return identity && attributeOf(identity, name);
    },
    pseudo: (name) => pseudoParameters(place)[name],
    parameters,
  });

  function find(logicalId: string): Identity | undefined {
    const known = identities.get(logicalId);
    const resource = template.Resources[logicalId];
    if (known || !resource) return known;
    const identity = identityOf(logicalId, resource, {
      place,
      addresses,
      resolve: (value) => resolver.resolve(value),
      generatedName: names.get(logicalId) ?? logicalId,
    });
    identities.set(logicalId, identity);
    return identity;
  }

  const present = Object.entries(template.Resources).filter(([, resource]) =>
    resolver.holds(resource.Condition),
  );
  const resources = present.map(([logicalId, resource]) => ({
    logicalId,
    type: resource.Type,
    // resolved on demand: a resource that does not run here need not be resolvable
    get properties() {
      return located(logicalId, () => resolver.resolve(resource.Properties ?? {})) as JsonObject;
    },
  }));
  const outputs = Object.entries(template.Outputs ?? {})
    .filter(([, output]) => resolver.holds(output.Condition))
    .map(([name, output]) => [name, located(name, () => resolver.text(output.Value))]);

  return {
    stackName: place.stackName,
    stackId: stackId(place),
    resources,
    outputs: Object.fromEntries(outputs),
    identity(logicalId) {
      const identity = find(logicalId);
      if (!identity) throw new Error(`the template has no resource ${logicalId}`);
      return identity;
    },
  };
}

function located<T extends Json>(logicalId: string, resolve: () => T): T {
  try {
    return resolve();
  } catch (error) {
    throw new Error(`${logicalId}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** Shortens logical ids by their eight hexadecimal digits, if they stay different. */
function generatedNames(template: Template, place: Place): Map<string, string> {
  const short = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');
  const uses = new Map<string, number>();
  for (const logicalId of Object.keys(template.Resources)) {
    uses.set(short(logicalId), (uses.get(short(logicalId)) ?? 0) + 1);
  }
  return new Map(
    Object.keys(template.Resources).map((logicalId) => {
      const name = uses.get(short(logicalId)) === 1 ? short(logicalId) : logicalId;
      return [logicalId, `${place.stackName}-${name}`];
    }),
  );
}

function pseudoParameters(place: Place): Record<string, string> {
  return {
    'AWS::AccountId': place.account,
    'AWS::Region': place.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': place.stackName,
    'AWS::StackId': stackId(place),
  };
}

function stackId({ region, account, stackName }: Place): string {
  return `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local-${region}-${account}`;
}
